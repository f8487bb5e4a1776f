"""What deciders do before, in and after a meeting."""
