"""The read models: tables folded from the sealed log, thrown away and rebuilt at will."""
