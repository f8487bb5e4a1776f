"""Questions of a stage: designed, put in order, removed and brought back, in both languages."""
