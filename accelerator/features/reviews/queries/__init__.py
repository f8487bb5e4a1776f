"""What the pages of reviewing show: frozen rows in a fixed number of queries, one module a page."""
