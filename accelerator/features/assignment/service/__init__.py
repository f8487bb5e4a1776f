"""What changes: proposals made, solved, applied and undone; capacities; interests; the table."""
