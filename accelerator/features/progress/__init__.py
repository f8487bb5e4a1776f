"""How a round of reviews comes along: who owes what, what is late, and whether it ends in time."""
