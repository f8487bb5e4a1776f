"""The readiness of a cohort: heat map, spread by stage, and who will not meet the gate."""
