"""Reviews: who is asked, what they answer and mark, and what others may read of it."""
