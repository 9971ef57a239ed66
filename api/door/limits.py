"""Request limits at the door: whom a request counts for, and the headers that say so."""

from typing import Final

from api.http.wire import Call, Headers
from application.ports import Quota, RateLimiter
from domain.errors import RateLimited

WINDOW_S: Final = 60


async def count(
    limiter: RateLimiter, call: Call, policy: str, subject: str, per_minute: int
) -> None:
    """Count a request under a limit; 0 a minute is no limit and counts nothing.

    Raises:
        RateLimited: the limit is used up.
    """
    if per_minute <= 0:
        return
    quota = await limiter.hit(policy, subject, per_minute)
    call.quotas.append((policy, quota))
    if not quota.is_allowed:
        msg = f"Too many requests: {per_minute} a minute are allowed here."
        raise RateLimited(msg, retry_after_s=quota.reset_s)


def headers(quotas: list[tuple[str, Quota]]) -> Headers:
    """Give ``RateLimit*`` with every limit, and ``X-RateLimit-*`` for the tightest.

    The form is that of draft-ietf-httpapi-ratelimit-headers: ``r`` requests are left, one more
    becomes free in ``t`` seconds; ``q`` requests are allowed in ``w`` seconds.
    """
    if not quotas:
        return ()
    tightest = min((quota for _, quota in quotas), key=lambda quota: quota.remaining)
    left = ", ".join(f'"{name}";r={quota.remaining};t={quota.reset_s}' for name, quota in quotas)
    policies = ", ".join(f'"{name}";q={quota.limit};w={WINDOW_S}' for name, quota in quotas)
    return (
        (b"x-ratelimit-limit", b"%d" % tightest.limit),
        (b"x-ratelimit-remaining", b"%d" % tightest.remaining),
        (b"x-ratelimit-reset", b"%d" % tightest.reset_s),
        (b"ratelimit", left.encode()),
        (b"ratelimit-policy", policies.encode()),
    )
