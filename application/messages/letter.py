"""A message made ready for one SIM: read before the prompt, since AT+CMGS names the length."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from application.books.contents import message_of
from application.fleet.rounds import Source
from application.messages.attempts import Load
from application.messages.pages import Pages
from application.ports import Clock, Randomness
from application.ports.queries import Waiting
from domain.message import Message
from domain.segments import Segmented, segment
from domain.tpdu import encode_segment
from domain.values import SECOND, Instant

REFERENCES_MAX: Final = 2_000
"""Recipients whose last reference a SIM remembers."""
MINUTE: Final = 60 * SECOND


class ConcatReferences:
    """Concatenation references of one SIM, 0..255: a handset must not mix two long messages.

    Counted for each recipient from a random start; who was written to longest ago is forgotten.
    """

    def __init__(self, randomness: Randomness, *, remembered_max: int = REFERENCES_MAX) -> None:
        self._randomness = randomness
        self._remembered_max = remembered_max
        self._last: OrderedDict[str, int] = OrderedDict()

    def next_for(self, msisdn: str) -> int:
        """Give the reference of the next long message to a recipient."""
        last = self._last.pop(msisdn, None)
        reference = self._randomness.token(1)[0] if last is None else (last + 1) % 256
        self._last[msisdn] = reference
        while len(self._last) > self._remembered_max:
            self._last.popitem(last=False)
        return reference


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes on the air, segment by segment."""

    number: int
    msisdn: str
    segmented: Segmented
    first_index: int
    concat_ref: int | None
    expires_at: Instant

    def tpdu(self, index: int, now: Instant) -> bytes:
        """Encode segment ``index``; its validity is what is left of the message's.

        Raises:
            TpduError: it cannot be encoded; accepted messages always can.
        """
        left = max(0, self.expires_at - now)
        return encode_segment(
            self.msisdn,
            self.segmented.parts,
            index,
            self.segmented.text.encoding,
            concat_ref=self.concat_ref,
            validity_minutes=-(-left // MINUTE),
            status_report=True,
        )

    def agrees_with(self, load: Load) -> bool:
        """Whether what was committed is what was encoded."""
        return (
            load.number == self.number
            and load.msisdn == self.msisdn
            and load.text == self.segmented.text.value
            and load.segments == self.segmented.text.segments
            and load.next_index == self.first_index
            and load.concat_ref == self.concat_ref
            and load.expires_at == self.expires_at
        )


@dataclass(frozen=True, slots=True)
class LetterReader:
    """Reads messages for one SIM."""

    pages: Pages
    desk: Source
    clock: Clock
    references: ConcatReferences

    def read(self, waiting: Waiting, *, sim: int) -> Letter | None:
        """Make a message ready; None when SIM number ``sim`` may not start it now.

        Raises:
            ContentChanged: what it says is not what was accepted.
            StoreDown: it cannot be read.
        """
        page = self.pages.read(waiting, self.desk.next_up)
        if page is None or not page.message.may_start(sim=sim, at=self.clock.now()):
            return None
        message = page.message
        content = message_of(page.content, seal=message.content)
        if content is None or content.msisdn is None or content.text is None:
            return None
        return Letter(
            number=message.number,
            msisdn=content.msisdn,
            segmented=segment(content.text),
            first_index=message.next_index,
            concat_ref=self._reference(message, content.msisdn),
            expires_at=Instant(message.expires_at),
        )

    def _reference(self, message: Message, msisdn: str) -> int | None:
        if message.segments == 1:
            return None
        if message.bound_sim is not None:
            return message.concat_ref
        return self.references.next_for(msisdn)
