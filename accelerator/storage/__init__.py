"""Tables, engine, what may be seen, invariants, migrations."""
