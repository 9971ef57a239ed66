"""Money that comes in: what credits cost, and who says so."""
