"""Coaching plans: what a person is to reach, the help they are promised, dated checkpoints, and the outcome."""
