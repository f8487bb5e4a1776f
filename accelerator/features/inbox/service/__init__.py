"""Reading notices, and choosing how to hear."""
