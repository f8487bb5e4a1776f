"""Ideas: started, written together, handed in, read, found, withdrawn."""
