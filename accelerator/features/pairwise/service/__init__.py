"""What changes a final round: the manager runs it, the judges pick."""
