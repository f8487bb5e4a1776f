"""Programmes: ready-made templates, stages, questions, rubrics, their texts, weights and dates."""
