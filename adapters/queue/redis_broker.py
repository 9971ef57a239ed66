"""Dramatiq's broker over Redis, which may be away: loaded where a Redis is set, it takes long."""

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import redis
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import BrokerConnectionError, BrokerError
from redis.backoff import NoBackoff
from redis.retry import Retry

from adapters.outage import Outage
from adapters.queue.brokers import NAMESPACE

ANSWER_S: Final = 0.5
"""How long Redis may take to connect or to answer."""
AWAY: Final = (redis.RedisError, BrokerError)
"""What says that Redis does not answer."""
JOBS_POLL_MS: Final = 500
DEAD_LETTER_MS: Final = 24 * 3600 * 1000


def redis_client(url: str, *, waits_s: float = 0.0) -> "redis.Redis":
    """Make a client that gives up after half a second, instead of redis-py's many retries.

    ``waits_s``: so much later when Redis is asked to wait.
    """
    return redis.Redis.from_url(
        url,
        socket_timeout=ANSWER_S + waits_s,
        socket_connect_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 0),
    )


def redis_broker(client: "redis.Redis", outage: Outage) -> "PatientRedisBroker":
    """Make a broker over Redis; Redis need not be there yet."""
    return PatientRedisBroker(client, outage)


class PatientRedisBroker(RedisBroker):
    """Dramatiq's Redis broker, except that its threads sit out an outage quietly.

    There are no delayed messages in this system, so no thread waits for any.
    """

    def __init__(self, client: "redis.Redis", outage: Outage) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            middleware=[],
            client=client,
            namespace=NAMESPACE,
            dead_message_ttl=DEAD_LETTER_MS,
        )
        self.outage = outage

    def declare_queue(self, queue_name: str) -> None:
        """Declare a queue, without the queue for delayed messages beside it."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def _dispatch(self, command: str) -> Callable[..., Any]:
        """Note each answer at once: a consumer still sleeps on it for a while."""
        dispatch = super()._dispatch(command)  # type: ignore[no-untyped-call]

        def noting(*args: object) -> Any:
            answer = dispatch(*args)
            self.outage.answered()
            return answer

        return noting

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = JOBS_POLL_MS) -> Consumer:
        """Look for jobs now and then: nobody waits for them."""
        return _PatientConsumer(  # type: ignore[no-untyped-call]
            self, queue_name, prefetch, min(timeout, JOBS_POLL_MS)
        )


class _PatientConsumer(_RedisConsumer):
    """Waits while Redis is away, instead of raising and being started anew every 3 seconds."""

    broker: PatientRedisBroker

    def __next__(self) -> MessageProxy | None:
        outage = self.broker.outage
        if outage.may_try():
            try:
                message: MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
            except (redis.RedisError, BrokerConnectionError) as error:
                outage.failed(error)
            else:
                return message
        time.sleep(self.timeout / 1000)
        return None

    def ack(self, message: MessageProxy) -> None:
        """Take the message off; where that fails it may come again, which harms nothing."""
        try:
            super().ack(message)  # type: ignore[no-untyped-call]
        except (redis.RedisError, BrokerConnectionError) as error:
            self.broker.outage.failed(error)

    def nack(self, message: MessageProxy) -> None:
        """Set the message aside."""
        try:
            super().nack(message)  # type: ignore[no-untyped-call]
        except (redis.RedisError, BrokerConnectionError) as error:
            self.broker.outage.failed(error)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Give unread messages back when the worker stops."""
        try:
            super().requeue(messages)  # type: ignore[no-untyped-call]
        except (redis.RedisError, BrokerConnectionError) as error:
            self.broker.outage.failed(error)
