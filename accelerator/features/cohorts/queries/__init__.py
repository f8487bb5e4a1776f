"""What the pages of cohorts show."""
