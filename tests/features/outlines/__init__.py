"""Programmes as templates: files, copies, previews, and what is missing."""
