"""One goal's life: draft, approval, quarterly adjustment, review, score and closing."""
