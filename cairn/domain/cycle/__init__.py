"""One year of one plan: its schedule, the launch plan and the decider of its stages."""
