"""The designer of stages: their order, texts, times and rules, rubrics, milestones, deciders."""
