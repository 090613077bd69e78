"""The pure core: rules that take time, ids and people as data and touch nothing else."""
