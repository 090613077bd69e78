"""Help from another department: asked of its head for a goal, promised with a day, delivered, confirmed."""
