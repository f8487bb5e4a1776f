"""Facts of standing that no single feature owns."""
