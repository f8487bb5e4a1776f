"""What managers change about cohorts."""
