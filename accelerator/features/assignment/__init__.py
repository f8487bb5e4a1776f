"""Reviews shared out by an optimiser: proposals, capacities, interests, and the list as a file."""
