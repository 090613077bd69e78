"""What somebody reads, at the terminal, through the API and on pages alike: each thing by whoever may."""
