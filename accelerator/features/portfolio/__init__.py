"""The portfolio on one page: funnel, speed, readiness, what needs a decision."""
