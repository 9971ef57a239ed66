"""Pages of an account: what it sent, what it has, and what it may do."""
