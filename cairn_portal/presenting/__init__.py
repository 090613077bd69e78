"""How numbers, names, moments and stories are written for people."""
