"""What the pages of a cohort’s people show; each page a fixed number of queries."""
