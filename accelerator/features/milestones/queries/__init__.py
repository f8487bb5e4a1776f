"""What the pages of milestones show."""
