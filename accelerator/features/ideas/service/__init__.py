"""The verbs that change ideas: each records what happened, in the caller's transaction."""
