"""Asking teams for more, and the promise of an answer that is kept or broken."""
