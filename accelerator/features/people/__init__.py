"""People: signing in, profiles, administration, roles per programme, import."""
