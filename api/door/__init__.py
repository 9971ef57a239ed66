"""Who is let in: keys, sessions, addresses, and how often somebody may ask."""
