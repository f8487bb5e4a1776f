"""The rules: pure functions and frozen dataclasses; values in, values out."""
