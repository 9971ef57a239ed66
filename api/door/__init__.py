"""Who is let in, however the call came: keys, sessions, and how often somebody may ask."""
