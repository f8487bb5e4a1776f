"""Frozen rows for the pages of ideas, each page in a fixed number of queries."""
