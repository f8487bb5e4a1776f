"""Commercialisation readiness: claims, dated evidence, independent verification, the score."""
