"""Histories made through the aggregates: by hand in short words, or drawn by Hypothesis."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from domain.account import Account
from domain.causes import OwnCause
from domain.errors import NgomaError
from domain.events import Aggregate
from domain.manual_entry import EntryKind, ManualEntry
from domain.message import Extent, Message
from domain.roles import Role
from domain.sender_id import SenderId
from domain.sim import Sim
from domain.submission import Submission
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet
from tests.support.outcomes import cms

START = Instant(1_700_000_000 * SECOND)
DAY = 24 * 3600 * SECOND


def at(seconds: float) -> Instant:
    """Give the instant so many seconds after the start of every history."""
    return Instant(START + int(seconds * SECOND))


def wallet_of(account: int, credits: int = 1_000) -> CreditWallet:
    wallet = CreditWallet.open(account, at=START)
    wallet.grant(Credits(credits), actor="staff", reason="r", at=START)
    return wallet


def message(number: int, account: int = 1, *, when: float = 0, **fields: Any) -> Message:
    """Queue a message of one GSM-7 segment for MTN, unless ``fields`` say otherwise."""
    segments = fields.get("segments", 1)
    return Message.queue(
        number,
        at=at(when),
        **{
            "account": account,
            "content": "c" * 64,
            "network": "mtn",
            "plan": "published-1",
            "tariff": "2026-1",
            "encoding": "GSM-7",
            "segments": segments,
            "credits": segments,
            "lane": "normal",
            "send_at": None,
            "expires_at": at(when) + DAY,
            "batch": None,
            "submission": None,
            "offline": False,
            "category": "transactional",
            "client_reference": None,
            "quiet": None,
            "request_id": None,
            **fields,
        },
    )


def sim(number: int, network: str = "mtn") -> Sim:
    return Sim.register(number, imsi=f"imsi-{number}", network=network, content="c", at=START)


def world() -> list[Aggregate]:
    """Give what sent messages presuppose: wallets of accounts 1 and 2, SIMs 1 to 3."""
    return [*map(wallet_of, (1, 2)), *map(sim, (1, 2, 3))]


def start(sent: Message, *, sim: int = 1, when: float = 1) -> Message:
    sent.start_attempt(sim=sim, fence=7, concat_ref=None, at=at(when))
    return sent


def accept(sent: Message, index: int = 0, *, when: float = 2) -> Message:
    sent.accept_segment(index, message_reference=9, evidence="cmgs", at=at(when))
    return sent


def send(sent: Message, *, sim: int = 1, when: float = 1) -> Message:
    """Let a SIM send all segments."""
    start(sent, sim=sim, when=when)
    for index in range(sent.segments):
        accept(sent, index, when=when + 1)
    return sent


# -- drawn -----------------------------------------------------------------------------------

ACCOUNTS = 3
SIMS = 2
NETWORKS = ("mtn", "airtel")
LANES = ("otp", "normal", "bulk")

Draw = tuple[int, int, int]
draws = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, 999), st.integers(0, 999)), max_size=120
)
"""What happens (in per cent), to which aggregate, and how."""


class History:
    """A history in one process: what is drawn happens, unless the aggregate refuses it."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.seconds = 0
        self.numbers = 0
        self.accounts = [Account.register(n, person="p", at=START) for n in range(1, ACCOUNTS + 1)]
        self.wallets = [wallet_of(n, credits=40) for n in range(1, ACCOUNTS + 1)]
        self.sims = [sim(n, NETWORKS[n % 2]) for n in range(1, SIMS + 1)]
        self.messages: list[Message] = []
        self.submissions: list[Submission] = []
        self.sender_ids: list[SenderId] = []
        self.entries: list[ManualEntry] = []
        self._save(*self.accounts, *self.wallets, *self.sims)

    def happen(self, drawn: Sequence[Draw]) -> None:
        for what, which, how in drawn:
            self.seconds += how % 50
            weights: tuple[tuple[int, Callable[[int, int], None]], ...]
            weights = (25, self._submit), (30, self._attempt), (25, self._outcome)
            weights += (5, self._erase), (5, self._end), (5, self._staff), (5, self._fleet)
            actions = [action for weight, action in weights for _ in range(weight)]
            try:
                actions[what % len(actions)](which, how)
            except NgomaError:
                self._forget()

    @property
    def now(self) -> Instant:
        return at(self.seconds)

    def _save(self, *aggregates: Aggregate) -> None:
        for aggregate in aggregates:
            self.events.extend(aggregate.collect_events())

    def _forget(self) -> None:
        """A refused command leaves no event (I12)."""
        kept = (*self.accounts, *self.wallets, *self.sims, *self.messages, *self.entries)
        for aggregate in kept:
            aggregate.collect_events()

    def _submit(self, which: int, how: int) -> None:
        wallet = self.wallets[which % ACCOUNTS]
        count, segments = 1 + how % 3, 1 + which % 2
        first = self.numbers + 1
        wallet.reserve(
            Credits(count * segments),
            first_number=first,
            count=count,
            batch=first if count > 1 else None,
            at=self.now,
        )
        self.numbers += count
        queued = [
            message(
                number,
                wallet.account,
                when=self.seconds,
                segments=segments,
                network=NETWORKS[how % 2],
                lane=LANES[(which + how) % 3],
                batch=first if count > 1 else None,
                send_at=self.now + how * SECOND if how % 5 == 0 else None,
                offline=how % 7 == 0,
            )
            for number in range(first, first + count)
        ]
        self.messages.extend(queued)
        kept: dict[str, Any] = {
            "fingerprint": "f",
            "first_number": first,
            "count": count,
            "answer": "a",
        }
        if how % 4 == 0:
            accepted = Submission.accept(f"k{first}", account=wallet.account, at=self.now, **kept)
            self.submissions.append(accepted)
            self._save(accepted)
        elif how % 4 == 1 and self.submissions:
            renewed = self.submissions[which % len(self.submissions)]
            renewed.renew(at=self.now, **kept)
            self._save(renewed)
        self._save(wallet, *queued)

    def _message(self, which: int) -> Message:
        if not self.messages:
            raise NgomaError
        return self.messages[-1 - which % min(len(self.messages), 12)]

    def _attempt(self, which: int, how: int) -> None:
        taken = self._message(which)
        taken.start_attempt(sim=1 + how % SIMS, fence=how, concat_ref=None, at=self.now)
        self._save(taken)

    def _outcome(self, which: int, how: int) -> None:
        taken = self._message(which)
        match how % 7:
            case 6:
                taken.hold(generation=2, at=self.now)
            case 0 | 1:
                taken.accept_segment(
                    taken.accepted, message_reference=None, evidence="cmgs", at=self.now
                )
            case 2:
                taken.doubt(cause=OwnCause.NO_ANSWER, at=self.now)
            case 3:
                taken.fail_attempt(cause=cms(42), retry_at=Instant(self.now + 60), at=self.now)
            case 4:
                taken.report(delivered=how % 2 == 0, tp_status=0, at=self.now)
            case _:
                taken.fail(cause=cms(28), at=self.now)
                self._refund(taken)
        self._save(taken)

    def _end(self, which: int, how: int) -> None:
        taken = self._message(which)
        if how % 3 == 0:
            taken.cancel(actor="account", at=self.now)
        elif how % 3 == 1 and taken.state == "held":
            taken.release(actor="staff", reason="r", at=self.now)
        elif how % 3 == 1:
            taken.expire(at=Instant(taken.expires_at))
        else:
            taken.resolve(sent=how % 2 == 0, actor="staff", reason="r", at=self.now)
        if not taken.is_open and taken.state != "sent":
            self._refund(taken)
        self._save(taken)

    def _erase(self, which: int, how: int) -> None:
        taken = self._message(which)
        what = Extent.TEXT if how % 2 else Extent.ALL
        taken.erase_content(what, actor="retention", reason=None, at=self.now)
        self._save(taken)

    def _refund(self, taken: Message) -> None:
        wallet = self.wallets[taken.account - 1]
        wallet.refund(
            Credits(taken.credits), number=taken.number, cause=taken.cause or "", at=self.now
        )
        self._save(taken, wallet)

    def _staff(self, which: int, how: int) -> None:
        account, wallet = self.accounts[which % ACCOUNTS], self.wallets[which % ACCOUNTS]
        match how % 10:
            case 0:
                account.issue_key(f"KEY{which:05}", actor="test", at=self.now)
            case 1 if account.keys:
                account.revoke_key(account.keys[0], actor="test", at=self.now)
            case 2:
                account.suspend(actor="staff", reason="r", at=self.now)
            case 3:
                account.reinstate(actor="staff", reason="r", at=self.now)
            case 4:
                wallet.adjust(Credits(how - 500), actor="staff", reason="r", at=self.now)
            case 5:
                asked = SenderId.request(
                    1_000 + len(self.sender_ids),
                    account=account.number,
                    folded_name=f"n{len(self.sender_ids)}",
                    content="c",
                    at=self.now,
                )
                self.sender_ids.append(asked)
                if how % 2:
                    asked.approve(actor="staff", at=self.now)
                self._save(asked)
            case 6 | 7 | 8:
                self._by_two(account, which, how)
            case _:
                account.change_limits(
                    single=how,
                    bulk=None,
                    read=0,
                    daily_credits=None,
                    reason="r",
                    actor="staff",
                    at=self.now,
                )
        self._save(account, wallet)

    def _by_two(self, account: Account, which: int, how: int) -> None:
        match how % 10:
            case 6:
                self._role(account, how)
            case 7:
                self._prepare(account.number, how)
            case _:
                self._decide_entry(which, how)

    def _role(self, account: Account, how: int) -> None:
        role = list(Role)[how // 10 % len(Role)]
        change = account.withdraw_role if role in account.roles else account.grant_role
        change(role, actor="staff", reason="4/r", approver="other", entry=1, at=self.now)

    def _prepare(self, account: int, how: int) -> None:
        kind = list(EntryKind)[how // 10 % len(EntryKind)]
        is_credits = kind in {EntryKind.GRANT, EntryKind.ADJUST}
        prepared = ManualEntry.prepare(
            1 + len(self.entries),
            kind=kind,
            account=account,
            credits=how if is_credits else None,
            role=None if is_credits else "auditor",
            actor="staff",
            reason=f"{how}/r",
            at=self.now,
        )
        self.entries.append(prepared)
        self._save(prepared)

    def _decide_entry(self, which: int, how: int) -> None:
        if not self.entries:
            raise NgomaError
        taken = self.entries[which % len(self.entries)]
        match how // 10 % 3:
            case 0:
                taken.approve(approver="other", reason="7/r", at=self.now)
            case 1:
                taken.reject(approver="other", reason="r", at=self.now)
            case _:
                taken.withdraw(actor="staff", at=self.now)
        self._save(taken)

    def _fleet(self, which: int, how: int) -> None:
        taken = self.sims[which % SIMS]
        match how % 4:
            case 0:
                taken.come_online(
                    network=taken.network,
                    modem="/dev/ttyUSB0",
                    imei="35",
                    fence=how,
                    host="gateway",
                    at=self.now,
                )
            case 1:
                taken.go_offline(reason="unplugged", at=self.now)
            case 2:
                taken.quarantine(actor="staff", reason="r", at=self.now)
            case _:
                taken.release(actor="staff", reason="r", at=self.now)
        self._save(taken)
