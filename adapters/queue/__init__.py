"""The job broker: Dramatiq over an in-process stub or Redis."""

from adapters.queue.job_queue import (
    HINT_WAIT_S,
    JOB,
    THREADS,
    DramatiqJobQueue,
    JobThreads,
    open_queue,
)

__all__ = ["HINT_WAIT_S", "JOB", "THREADS", "DramatiqJobQueue", "JobThreads", "open_queue"]
