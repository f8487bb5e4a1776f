"""The demonstration's story, put in order and played through the real services."""
