"""The read models: one table or query each, with the statement that folds events into it."""
