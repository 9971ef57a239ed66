"""A list of recipients that somebody uploads, looks at, and has sent: ``aggregate`` says how."""
