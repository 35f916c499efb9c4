"""Word timing: one module per alignment method."""
