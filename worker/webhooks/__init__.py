"""Tells webhooks: each its events in order, all at the same time, and none waits for another."""
