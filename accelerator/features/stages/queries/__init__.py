"""What the designer of stages reads."""
