"""Ideas brought in from a table: columns mapped, looked at, then all of it or nothing."""
