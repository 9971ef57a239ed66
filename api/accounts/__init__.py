"""What an account does with itself: registration, sessions, keys, settings."""
