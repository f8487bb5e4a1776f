"""Final rounds: judges see two ideas at a time and pick the better; the order is advice."""
