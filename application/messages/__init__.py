"""Messages: accepted, attempted, settled, explained."""
