"""What the designer of stages changes."""
