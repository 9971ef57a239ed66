"""Generates payments, statements with everything that goes wrong in them, and the truth of both."""

from adapters.generation.files import Generated, generate

__all__ = ["Generated", "generate"]
