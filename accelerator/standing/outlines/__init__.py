"""Outlines: a programme as plain values – read from its rows, made into rows, as a YAML file."""
