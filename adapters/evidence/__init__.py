"""What auditors take away: an export of the log, and the program that verifies it without us."""
