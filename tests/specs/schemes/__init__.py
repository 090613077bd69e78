"""The six public schemes of examples/schemes, played as a cycle plays them: opened by the launch plan, measured,
scored."""
