"""Side effects that Temporal may retry: each is safe to run again."""
