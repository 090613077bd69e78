"""What HR types of people through the year."""
