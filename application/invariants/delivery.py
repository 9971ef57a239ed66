"""Delivery invariants: the log against what the networks say was really on the air.

    N1  lanes normal and bulk: a segment is on the air at most once
    N2  lane otp: at most once, plus the recorded resend
    N3  each segment on the air has an earlier AttemptStarted with that SIM
    N4  no segment of a message that ended unsent is on the air, except those that had been
        accepted before, or that were in doubt or held
    N5  spent = credits of Sent; refunded = credits of Failed, Expired and Cancelled; what is
        open, or in doubt, stays reserved; resends cost nothing

Two messages may have the same recipient and text: their segments on the air cannot be told
apart, so they are counted together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from application.invariants.violation import Violation, Violations
from application.ports.queries import Balance
from domain.events import Event
from domain.message import Message
from domain.sim import Sim
from domain.values import Instant, Lane
from domain.wallet import CreditWallet

Content = tuple[str, Sequence[str]]
"""A message's recipient and the texts of its segments, in order."""
_Segment = tuple[str, str, int, int]
"""Recipient, text, part (from 1) and parts: what a line on the air can be known by."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(slots=True)
class _Story:
    """What the log says of one message."""

    number: int
    position: int
    account: int
    credits: int
    lane: str
    attempts: list[tuple[int, Instant]] = field(default_factory=list)
    accepted: int = 0
    doubtful: set[int] = field(default_factory=set)
    was_whole_doubtful: bool = False
    """A phone had it, with all its segments, and nobody knows which of them left."""
    is_in_doubt: bool = False
    was_held: bool = False
    """The log was restored from a backup: it may have left by attempts that are not in it."""
    is_resent: bool = False
    end: str | None = None

    def allowed(self, index: int) -> int:
        """How often segment ``index`` may be on the air."""
        if self.end == "unsent" and not self.was_held:
            is_doubtful = self.was_whole_doubtful or index in self.doubtful
            is_possible = index < self.accepted or is_doubtful
            return (1 + self.is_resent) * is_possible
        return 1 + self.is_resent


@dataclass(slots=True)
class _Sums:
    reserved: int = 0
    spent: int = 0
    refunded: int = 0


class DeliveryChecker:
    """Feed it the log in order, then ``check`` it against the networks' lines."""

    def __init__(self) -> None:
        self._stories: dict[int, _Story] = {}
        self._refunds: Counter[int] = Counter()
        self._phones: set[int] = set()

    def feed(self, position: int, event: Event) -> None:
        """Take the next event of the log."""
        match event:
            case Message.Queued():
                self._stories[event.number] = _Story(
                    event.number, position, event.account, event.credits, event.lane
                )
            case CreditWallet.Refunded():
                self._refunds[event.account] += event.credits
            case Message.Event():
                story = self._stories.get(getattr(event, "number", 0))
                if story is not None:
                    _tell(story, event)
                    if isinstance(event, Message.InDoubt) and event.sim in self._phones:
                        story.was_whole_doubtful = True
            case Sim.CameOnline(takes_whole=True):
                self._phones.add(event.number)
            case _:
                pass

    def check(
        self,
        air: Iterable[Mapping[str, Any]],
        *,
        contents: Mapping[int, Content],
        imsis: Mapping[int, str],
        balances: Iterable[Balance] = (),
    ) -> list[Violation]:
        """Compare with the lines of the network logs.

        ``contents`` is by message number, ``imsis`` by SIM number; ``balances`` is what the
        read model says of each account, where it has followed to the end.
        """
        found = Violations()
        groups = self._groups(contents)
        lines: dict[_Segment, list[Mapping[str, Any]]] = defaultdict(list)
        for line in air:
            segment = (_digits(line["recipient"]), line["text"], line["part"], line["of"])
            lines[segment].append(line)
        for segment, group_lines in lines.items():
            stories = groups.get(segment, [])
            _check_counts(found, segment, stories, len(group_lines))
            for line in group_lines:
                _check_attempt(found, stories, line, imsis)
        self._check_credits(found, balances)
        return found.all()

    def _groups(self, contents: Mapping[int, Content]) -> dict[_Segment, list[_Story]]:
        groups: dict[_Segment, list[_Story]] = defaultdict(list)
        for number, (recipient, texts) in contents.items():
            for index, text in enumerate(texts):
                segment = (_digits(recipient), text, index + 1, len(texts))
                if number in self._stories:
                    groups[segment].append(self._stories[number])
        return groups

    def _check_credits(self, found: Violations, balances: Iterable[Balance]) -> None:
        sums: dict[int, _Sums] = defaultdict(_Sums)
        last = 0
        for story in self._stories.values():
            of_account = sums[story.account]
            last = max(last, story.position)
            if story.end is None:
                of_account.reserved += story.credits
            elif story.end == "sent":
                of_account.spent += story.credits
            else:
                of_account.refunded += story.credits
        for account in sorted({*sums, *self._refunds}):
            if self._refunds[account] != sums[account].refunded:
                what = (
                    f"account {account} got {self._refunds[account]} credits back for messages"
                    f" of {sums[account].refunded} that ended unsent"
                )
                found.add("N5", last, what)
        for balance in balances:
            of_account = sums[balance.account]
            for word in ("reserved", "spent", "refunded"):
                shown, right = getattr(balance, word), getattr(of_account, word)
                if shown != right:
                    what = f"account {balance.account} shows {shown} {word}, its messages {right}"
                    found.add("N5", balance.position, what)


def _tell(story: _Story, event: Event) -> None:
    match event:
        case Message.AttemptStarted():
            if story.is_in_doubt and story.lane == Lane.OTP:
                story.is_resent = True
            story.is_in_doubt = False
            story.attempts.append((event.sim, event.at))
        case Message.SegmentAccepted():
            story.accepted, story.is_in_doubt = event.index + 1, False
        case Message.Sent():
            story.accepted, story.is_in_doubt, story.end = event.index + 1, False, "sent"
        case Message.InDoubt():
            story.doubtful.add(event.index)
            story.is_in_doubt = True
        case Message.AttemptFailed():
            if story.is_in_doubt:  # proof that it did not leave
                story.doubtful.discard(story.accepted)
                story.was_whole_doubtful = False
            story.is_in_doubt = False
        case Message.Held():
            story.was_held = True
        case Message.Failed() | Message.Expired() | Message.Cancelled():
            story.end = "unsent"
        case _:
            pass


def _check_counts(
    found: Violations, segment: _Segment, stories: Sequence[_Story], count: int
) -> None:
    if not stories:
        return  # N3 says so, line by line
    index = segment[2] - 1
    names = ", ".join(str(story.number) for story in stories[:5])
    once = sum(1 + story.is_resent for story in stories)
    allowed = sum(story.allowed(index) for story in stories)
    if count > once:
        name = "N2" if any(story.lane == Lane.OTP for story in stories) else "N1"
        what = f"segment {index} of message {names} was on the air {count} times, not {once}"
        found.add(name, stories[0].position, what)
    elif count > allowed:
        what = f"segment {index} of message {names} was on the air, and the message ended unsent"
        found.add("N4", stories[0].position, what)


def _check_attempt(
    found: Violations,
    stories: Sequence[_Story],
    line: Mapping[str, Any],
    imsis: Mapping[int, str],
) -> None:
    when = (datetime.fromisoformat(line["time"]) - _EPOCH) // _MICROSECOND
    sims = {sim for sim, imsi in imsis.items() if imsi == line["imsi"]}
    started = any(sim in sims and at <= when for story in stories for sim, at in story.attempts)
    if not started and not any(story.was_held for story in stories):
        names = ", ".join(str(story.number) for story in stories[:5]) or "nobody"
        position = stories[0].position if stories else 0
        what = f"a segment of {names} was on the air of a SIM that had not started an attempt"
        found.add("N3", position, what)


def _digits(recipient: str) -> str:
    return recipient.removeprefix("+")
