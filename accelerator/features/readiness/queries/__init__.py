"""What the pages of readiness show."""
