"""The first page of each role: what needs me, by when, what has changed."""
