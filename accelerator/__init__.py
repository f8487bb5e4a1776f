"""An intrapreneurship accelerator: rules in the middle, tables around them, features as leaves."""
