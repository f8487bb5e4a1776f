"""Ideas that wait for something to change, and those whose way has ended: what was learned."""
