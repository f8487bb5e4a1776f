"""The gate meeting: silent votes before it, what is disputed, the meeting itself, its record."""
