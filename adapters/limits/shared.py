"""Counters of requests in Redis: loaded where a Redis is set, it takes long."""

from typing import Any, Final, cast

from limits.aio.storage import RedisStorage
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from adapters.limits.counters import ANSWER_S, Shared

CONNECTIONS_MAX: Final = 64
KEY_PREFIX: Final = "ngoma:limits"


def shared_counters(redis_url: str) -> Shared:
    """Make them; nothing is opened yet.

    redis-py's own retries and its 5 s timeouts are switched off.
    """
    pool = ConnectionPool.from_url(
        redis_url,
        max_connections=CONNECTIONS_MAX,
        socket_timeout=ANSWER_S,
        socket_connect_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 0),
    )
    counters = RedisStorage(
        f"async+{redis_url}",
        implementation="redispy",
        key_prefix=KEY_PREFIX,
        connection_pool=cast("Any", pool),
    )
    return Shared(counters, pool.aclose, RedisError)
