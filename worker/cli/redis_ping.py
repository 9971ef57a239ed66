"""Whether Redis answers, asked once and soon given up."""

from contextlib import closing
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from worker.cli.config import masked_url

ANSWER_S: Final = 2


def why_silent(url: str) -> str | None:
    """Say that Redis does not answer, without its password; None when it does."""
    try:
        _ping(url)
    except (RedisError, OSError) as error:
        return f"{masked_url(url)} does not answer ({type(error).__name__})"
    return None


def _ping(url: str) -> None:
    client = redis.Redis.from_url(
        url,
        socket_connect_timeout=ANSWER_S,
        socket_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 0),
    )
    with closing(client):
        client.ping()
