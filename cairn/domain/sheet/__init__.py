"""The goal sheet: weights of 100 %, both dimensions, the flexible space, and the year's result."""
