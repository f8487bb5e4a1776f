"""The ranking of a stage: fair means, what they can tell, and what would change them."""
