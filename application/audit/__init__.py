"""What an auditor asks of the log: replay, books as of any moment, journals, and controls."""
