"""Who of a cohort was told what and when, what waits with them, and a word from the manager."""
