"""Everything that can happen, one module per feature; names are past tense."""
