"""Keys, hashes and secrets."""
