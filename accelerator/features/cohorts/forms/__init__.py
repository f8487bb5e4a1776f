"""Limits of what managers type about a cohort."""
