"""The job broker: Dramatiq over an in-process stub or Redis."""
