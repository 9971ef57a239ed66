"""Accounts are told what happens to what is theirs: by the feed, and by their webhooks."""
