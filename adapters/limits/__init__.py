"""Request limits: sliding windows of one minute."""

from adapters.limits.library import LibraryRateLimiter, make_limiter

__all__ = ["LibraryRateLimiter", "make_limiter"]
