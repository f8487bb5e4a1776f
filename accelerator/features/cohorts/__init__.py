"""Cohorts: the dated runs of a programme, their intake, their dates and how far they are."""
