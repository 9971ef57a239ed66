"""What staff do over HTTP: accounts, credits, roles, approvals, sender IDs."""
