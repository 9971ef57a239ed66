"""What an account pays: prices and top-ups."""
