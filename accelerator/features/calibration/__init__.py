"""Calibration rounds: all reviewers of a stage review the same anchor ideas first.

An anchor review counts like any other review of its idea, in every place: it is a review by the
same rubric of the same version, it makes its idea's mean surer, and since everybody has it in
common it joins all reviewers to one panel, which is what makes severity comparable.
"""
