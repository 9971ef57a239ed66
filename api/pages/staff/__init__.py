"""Pages of operators: what waits for a decision, and whose accounts there are."""
