"""What has to be forgotten: on request, and in time."""
