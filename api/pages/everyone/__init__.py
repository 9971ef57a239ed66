"""Pages that need no session: what this is, the way in, and the API in its own words."""
