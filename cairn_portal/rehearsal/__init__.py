"""A cycle's whole year in minutes: the file that tells its story, and the driver that plays it."""
