"""An uploaded list: previewed, started, sent part by part, paused, cancelled, done."""

from collections.abc import Sequence
from typing import Final, Self
from uuid import UUID

from domain.errors import TooLate
from domain.events import Aggregate, aggregate_id
from domain.mode import Mode, log_of
from domain.upload.states import UploadState
from domain.values import Credits, Instant

_OVER: Final = {
    UploadState.DONE: "All of this list was accepted already.",
    UploadState.CANCELLED: "This list was cancelled: upload it again.",
}


def upload_id(number: int) -> UUID:
    """Give the id of an upload."""
    return aggregate_id("upload", number)


class Upload(Aggregate):
    """One list. Its rows stand beside the log, some hundred together: those are its parts.

    A part is accepted in one save with the event that counts it, so that each row is sent once
    wherever a process ends.
    """

    TOPIC = "Upload"

    class Event(Aggregate.Event):
        """Base of its events."""

        TOPIC = "Upload.Event"

    class Previewed(Event, Aggregate.Created):
        """A list was read and nothing sent; ``segments`` and ``credits`` are of its good rows.

        ``content``, ``parts`` and ``bad_parts`` name what stands beside the log, with its seals:
        what was asked for, the good rows, and the bad ones with their reasons. What a key for
        tests uploads ``is_test``: its messages will be rehearsals.
        """

        TOPIC = "Upload.Previewed"
        number: int
        account: int
        is_test: bool
        actor: str
        content: str
        parts: list[str]
        bad_parts: list[str]
        good: int
        bad: int
        segments: int
        credits: int

    class Started(Event):
        """It is sent from now on, or again; ``key_id`` is of the key by which, if by one."""

        TOPIC = "Upload.Started"
        number: int
        actor: str
        key_id: str | None

        def apply(self, upload: "Upload") -> None:
            upload.state = UploadState.SENDING.value
            upload.key_id = self.key_id
            upload.pause_cause = upload.required = upload.available = None

    class PartAccepted(Event):
        """The next part was accepted as a bulk: messages from ``first_number`` on.

        ``skipped`` rows got none: their recipients opted out, or cannot be reached any more.
        """

        TOPIC = "Upload.PartAccepted"
        number: int
        part: int
        count: int
        skipped: int
        credits: int
        first_number: int | None
        batch: int | None
        is_last: bool

        def apply(self, upload: "Upload") -> None:
            upload.done_parts = self.part + 1
            upload.queued += self.count
            upload.skipped += self.skipped
            upload.credits_used += self.credits
            if self.is_last:
                upload.state = UploadState.DONE.value

    class Paused(Event):
        """It waits: somebody wanted it (no ``cause``), or the next part was refused for a cause.

        ``required`` and ``available`` are credits, where those were the cause.
        """

        TOPIC = "Upload.Paused"
        number: int
        actor: str | None
        cause: str | None
        required: int | None
        available: int | None

        def apply(self, upload: "Upload") -> None:
            upload.state = UploadState.PAUSED.value
            upload.pause_cause = self.cause
            upload.required, upload.available = self.required, self.available

    class Cancelled(Event):
        """What was not accepted yet is not sent."""

        TOPIC = "Upload.Cancelled"
        number: int
        actor: str

        def apply(self, upload: "Upload") -> None:
            upload.state = UploadState.CANCELLED.value

    class ContentErased(Event):
        """Its rows, good and bad, and what was asked for went for good."""

        TOPIC = "Upload.ContentErased"
        number: int
        actor: str

        def apply(self, upload: "Upload") -> None:
            upload.erased = True

    def __init__(
        self,
        number: int,
        account: int,
        *,
        is_test: bool,
        content: str,
        parts: list[str],
        bad_parts: list[str],
        good: int,
        bad: int,
        segments: int,
        credits: int,
    ) -> None:
        self.number = number
        self.account = account
        self.is_test = is_test
        self.content = content
        self.parts = parts
        self.bad_parts = bad_parts
        self.good = good
        self.bad = bad
        self.segments = segments
        self.credits = credits
        self.state = UploadState.PREVIEW.value
        self.key_id: str | None = None
        """The key by which it was started; None in a session."""
        self.done_parts = 0
        self.queued = 0
        self.skipped = 0
        self.credits_used = 0
        self.pause_cause: str | None = None
        self.required: int | None = None
        self.available: int | None = None
        self.erased = False

    @property
    def mode(self) -> Mode:
        """Whether it is sent, or rehearsed."""
        return Mode.TEST if self.is_test else Mode.LIVE

    @property
    def log(self) -> int:
        """Which log of its account knows it."""
        return log_of(self.account, self.mode)

    @property
    def is_over(self) -> bool:
        """Whether nothing more of it will be sent."""
        return self.state in {UploadState.DONE, UploadState.CANCELLED}

    @classmethod
    def preview(
        cls,
        number: int,
        *,
        account: int,
        mode: Mode,
        actor: str,
        content: str,
        parts: Sequence[str],
        bad_parts: Sequence[str],
        good: int,
        bad: int,
        segments: int,
        credits: Credits,
        at: Instant,
    ) -> Self:
        """Record a list that was read."""
        return cls._create(
            cls.Previewed,
            id=upload_id(number),
            timestamp=at,
            number=number,
            account=account,
            is_test=mode is Mode.TEST,
            actor=actor,
            content=content,
            parts=list(parts),
            bad_parts=list(bad_parts),
            good=good,
            bad=bad,
            segments=segments,
            credits=int(credits),
        )

    def start(self, *, actor: str, key_id: str | None, at: Instant) -> None:
        """Send it, or go on; nothing when it is being sent.

        Raises:
            TooLate: it is over, or no row of it can be sent.
        """
        self._require_open()
        if not self.parts:
            msg = "No row of this list can be sent: put it right and upload it again."
            raise TooLate(msg)
        if self.state != UploadState.SENDING:
            self._record(self.Started, at=at, number=self.number, actor=actor, key_id=key_id)

    def pause(
        self,
        *,
        actor: str | None = None,
        cause: str | None = None,
        required: int | None = None,
        available: int | None = None,
        at: Instant,
    ) -> None:
        """Let it wait; nothing when it waits.

        Raises:
            TooLate: it is over, or was not started.
        """
        self._require_open()
        if self.state == UploadState.PREVIEW:
            msg = "This list was not started yet."
            raise TooLate(msg)
        if self.state == UploadState.SENDING:
            self._record(
                self.Paused,
                at=at,
                number=self.number,
                actor=actor,
                cause=cause,
                required=required,
                available=available,
            )

    def cancel(self, *, actor: str, at: Instant) -> None:
        """Send no more of it; nothing when it was cancelled.

        Raises:
            TooLate: all of it was accepted.
        """
        if self.state == UploadState.DONE:
            raise TooLate(_OVER[UploadState.DONE])
        if self.state != UploadState.CANCELLED:
            self._record(self.Cancelled, at=at, number=self.number, actor=actor)

    def is_next(self, part: int) -> bool:
        """Whether this part is the one to send now."""
        return self.state == UploadState.SENDING and self.done_parts == part

    def accept_part(
        self,
        part: int,
        *,
        count: int,
        skipped: int,
        credits: int,
        first_number: int | None,
        batch: int | None,
        at: Instant,
    ) -> None:
        """Count the next part as accepted; it is in the save of its messages.

        Raises:
            TooLate: it is not the next one, or the list is not being sent.
        """
        if not self.is_next(part):
            msg = f"Part {part} of upload {self.number} is not the next one."
            raise TooLate(msg)
        self._record(
            self.PartAccepted,
            at=at,
            number=self.number,
            part=part,
            count=count,
            skipped=skipped,
            credits=credits,
            first_number=first_number,
            batch=batch,
            is_last=part + 1 == len(self.parts),
        )

    def erase(self, *, actor: str, at: Instant) -> None:
        """Erase what stands beside the log of it; what is still open is cancelled by that."""
        if not self.is_over:
            self.cancel(actor=actor, at=at)
        if not self.erased:
            self._record(self.ContentErased, at=at, number=self.number, actor=actor)

    def _require_open(self) -> None:
        over = _OVER.get(UploadState(self.state))
        if over is not None:
            raise TooLate(over)
