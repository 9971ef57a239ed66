"""Files of providers' statements: their lines, or why they cannot be read, in words."""
