"""Limits at the door: whom a call counts for, and when there were too many."""

from api.door.caller import Caller
from application.ports import RateLimiter
from domain.errors import RateLimited


async def count(
    limiter: RateLimiter, caller: Caller, policy: str, subject: str, per_minute: int
) -> None:
    """Count a call under a limit; 0 a minute is no limit and counts nothing.

    Raises:
        RateLimited: the limit is used up.
    """
    if per_minute <= 0:
        return
    quota = await limiter.hit(policy, subject, per_minute)
    caller.quotas.append((policy, quota))
    if not quota.is_allowed:
        msg = f"Too many requests: {per_minute} a minute are allowed here."
        raise RateLimited(msg, retry_after_s=quota.reset_s)


async def count_client(
    limiter: RateLimiter,
    caller: Caller,
    policy: str,
    per_minute: int,
    *,
    wide: tuple[str, int],
) -> None:
    """Count a call under a limit by address, and under that of a whole IPv6 /48.

    ``wide`` is the policy of the /48, and how many calls a minute it may make.

    Raises:
        RateLimited: one of the two is used up.
    """
    if per_minute <= 0:
        return
    await count(limiter, caller, policy, caller.client, per_minute)
    site = caller.site
    if site is not None:
        await count(limiter, caller, wide[0], site, wide[1])
