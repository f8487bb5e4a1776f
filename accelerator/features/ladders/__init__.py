"""How a programme reminds: its ladders, and who would hear of what in the days to come."""
