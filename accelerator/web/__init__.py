"""HTTP plumbing: sessions, guard, identity, languages, forms, errors, headers."""
