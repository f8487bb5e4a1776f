"""Milestones: what a team must show, by when, who owns it, and asking for another date."""
