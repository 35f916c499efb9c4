"""Where word times come from, a module per method."""
