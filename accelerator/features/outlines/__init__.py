"""Programmes as templates: a file out and in, a copy, and a preview before anybody sees them."""
