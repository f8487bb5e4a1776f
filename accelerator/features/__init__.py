"""One small folder per thing a person does; they never import one another."""
