"""Secret calendar addresses: made, renewed and revoked by their person, read by calendars."""
