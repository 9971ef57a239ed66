"""The whole gateway, through the real committer and store: nothing that may happen breaks it.

Accounts, sends, SIMs, doubts, time, operators, and saves that fail: after every step all
invariants hold, and a refused command has left no event.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from application.accounts import IssueKey, MoveCredits, NewKey, RevokeKey, SetSuspension
from application.books.actors import Actor
from application.messages.accept import SendMessages
from application.messages.accepted import Accepted
from application.messages.by_hand import CancelMessage, ResolveDoubt
from application.messages.settling import DoubtAttempt, ExpireMessage
from domain.causes import OwnCause
from domain.contents import ContentKind
from domain.errors import AccountSuspended, InsufficientCredits, InvalidKey, Refused
from domain.repeats import REPEATS_KEPT_S
from domain.values import SECOND, Credits, Instant, Lane, Network
from tests.application.sending import recipient, repeatable, send
from tests.properties.world import OUTCOMES, Sender, Sim, Told, World
from tests.support.counts import is_soak, soak_count
from tests.support.virtual import Answer, Fault, open_account

HOUR_S = 3_600
KINDS = [*["accepted"] * 6, "in_doubt", "in_doubt", *sorted(OUTCOMES)]

sends = st.fixed_dictionaries(
    {
        "sender": st.integers(0, 2),
        "count": st.sampled_from([1, 1, 1, 2, 5]),
        "segments": st.integers(1, 3),
        "network": st.sampled_from(list(Network)),
        "lane": st.sampled_from([None, Lane.OTP]),
        "text": st.sampled_from(["Mwapoleni", "Muli shani"]),
        "key": st.sampled_from([None, None, "k1", "k2"]),
        "asks_repeat": st.booleans(),
    }
)


class GatewayHistories(RuleBasedStateMachine):
    """One example is one gateway."""

    runs: ClassVar[int] = 0

    @initialize(seed=st.integers(0, 2**16), credits=st.integers(5, 200))
    def start_gateway(self, seed: int, credits: int) -> None:
        type(self).runs += 1
        self.world = World(seed)
        self.known: dict[bytes, tuple[int, Instant]] = {}
        self.add_account(credits)
        for sim in self.world.sims[:4]:
            self.world.bring_online(sim, has_left=False)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()

    # -- accounts ----------------------------------------------------------------------------

    @rule(
        what=st.sampled_from(["open", "move", "suspend", "reinstate", "issue", "revoke"]),
        place=st.integers(0, 2),
        credits=st.integers(-30, 60),
    )
    def change_account(self, what: str, place: int, credits: int) -> None:
        if what == "open" and len(self.world.senders) < 3:
            self.add_account(max(credits, 0))
        elif what in {"suspend", "reinstate"}:
            self.suspend(place, suspended=what == "suspend")
        elif what in {"issue", "revoke"}:
            self.change_key(place, issues=what == "issue")
        else:
            self.move_credits(place, credits)

    def add_account(self, credits: int) -> None:
        world = self.world
        world.gateway.store.faults.clear()
        number, key_id = open_account(
            world.gateway, credits=credits, name=f"Account {len(world.senders)}"
        )
        world.senders.append(Sender(number, key_id))

    def move_credits(self, place: int, credits: int) -> None:
        self.world.run(
            MoveCredits(
                self.sender(place).number,
                Credits(credits),
                is_grant=credits > 20,
                alone_max=0,
                actor=Actor("test"),
                reason="test",
                at=self.world.clock.now(),
            )
        )

    def suspend(self, place: int, *, suspended: bool) -> None:
        sender = self.sender(place)
        command = SetSuspension(
            sender.number,
            suspended=suspended,
            actor=Actor("test"),
            reason="test",
            at=self.world.clock.now(),
        )
        self.run_surely(command)
        sender.is_suspended = suspended

    def change_key(self, place: int, *, issues: bool) -> None:
        """Regenerate the key, or revoke it and go on with one that is no longer good."""
        sender, now = self.sender(place), self.world.clock.now()
        if sender.keys == 0:
            issues = True
        name = f"KEY{sender.number:02d}{len(self.world.gateway.watch.events) % 1_000:03d}"
        new = NewKey(name, "fast:x", "another")
        if issues:
            revoke = sender.key_id if sender.keys else None
            self.run_surely(
                IssueKey(sender.number, new, revoke=revoke, actor=Actor("test"), at=now)
            )
            sender.key_id, sender.keys = name, 1
        else:
            self.run_surely(RevokeKey(sender.number, sender.key_id, actor=Actor("test"), at=now))
            sender.keys = 0

    # -- sends -------------------------------------------------------------------------------

    @rule(asked=sends)
    def send_one(self, asked: dict[str, Any]) -> None:
        sender = self.sender(asked["sender"])
        before = self.world.available(sender.number)
        command = self.command(asked)
        answer = self.world.gateway.submit(command)
        head = self.world.gateway.system.store.head()
        self.world.gateway.step()
        self.hear(asked, command, answer)
        error, accepted = answer.outcome.error, answer.outcome.result
        if isinstance(error, Refused):
            assert self.world.gateway.system.store.head() == head
        if sender.keys == 0:
            assert not isinstance(error, InsufficientCredits)
            assert accepted is None
        elif accepted is not None:
            is_new = not accepted.replayed
            used = accepted.credits_used if is_new else 0
            assert accepted.credits_used == asked["count"] * asked["segments"] or not is_new
            assert self.world.available(sender.number) == before - used
            assert not (sender.is_suspended and is_new)
        elif isinstance(error, InsufficientCredits):
            assert before < asked["count"] * asked["segments"]
        elif isinstance(error, AccountSuspended):
            assert sender.is_suspended
        else:
            assert not isinstance(error, InvalidKey)

    @rule(many=st.lists(sends, min_size=2, max_size=5))
    def send_together(self, many: list[dict[str, Any]]) -> None:
        commands = [self.command(asked) for asked in many]
        answers = self.world.run_together(list(commands))
        for asked, command, answer in zip(many, commands, answers, strict=True):
            self.hear(asked, command, answer)

    # -- SIMs ----------------------------------------------------------------------------------

    @rule(
        place=st.integers(0, 5),
        what=st.sampled_from(["start", "start", "renew", "leave", "release"]),
        has_left=st.booleans(),
    )
    def change_sim(self, place: int, what: str, has_left: bool) -> None:
        sim = self.world.sims[place]
        if what == "start":
            self.world.bring_online(sim, has_left=has_left)
        elif what == "release":
            self.world.quarantine(sim, quarantined=False)
        else:
            (self.world.take_offline if what == "leave" else self.world.renew)(sim)

    @precondition(lambda self: self.waiting() and self.free_sims())
    @rule(data=st.data(), rounds=st.integers(1, 4))
    def carry(self, data: st.DataObject, rounds: int) -> None:
        """SIMs take messages that wait, and go on with them, more or less far."""
        for _ in range(rounds):
            if not (self.waiting() and self.free_sims()):
                return
            sim = data.draw(st.sampled_from(self.free_sims()), "sim")
            self.world.renew(sim)
            self.world.start(sim, data.draw(st.sampled_from(self.waiting()), "message"))
            for kind in data.draw(st.lists(st.sampled_from(KINDS), max_size=4), "outcomes"):
                if sim.flight is not None:
                    self.world.finish(sim, kind, has_left=data.draw(st.booleans(), "has left"))
            self.world.check()

    @precondition(lambda self: self.world.told and self.free_sims())
    @rule(data=st.data())
    def start_attempt(self, data: st.DataObject) -> None:
        sim = data.draw(st.sampled_from(self.free_sims()), "sim")
        number = data.draw(st.sampled_from(sorted(self.world.told)), "message")
        self.world.renew(sim)
        self.world.start(sim, number)

    @precondition(lambda self: self.waiting() and self.free_sims())
    @rule(data=st.data(), stays=st.booleans())
    def brake(self, data: st.DataObject, stays: bool) -> None:
        """A SIM in quarantine takes nothing (N7), also when it had asked before."""
        sim = data.draw(st.sampled_from(self.free_sims()), "sim")
        self.world.renew(sim)
        self.world.quarantine(sim, quarantined=True)
        self.world.start(sim, data.draw(st.sampled_from(self.waiting()), "message"))
        if not stays:
            self.world.quarantine(sim, quarantined=False)

    @precondition(lambda self: any(sim.flight for sim in self.world.sims))
    @rule(data=st.data(), kind=st.sampled_from(sorted(OUTCOMES)), has_left=st.booleans())
    def finish_attempt(self, data: st.DataObject, kind: str, has_left: bool) -> None:
        flying = [sim for sim in self.world.sims if sim.flight]
        self.world.finish(data.draw(st.sampled_from(flying), "sim"), kind, has_left=has_left)

    @precondition(lambda self: any(sim.unanswered for sim in self.world.sims))
    @rule(data=st.data())
    def answer_late(self, data: st.DataObject) -> None:
        waiting = [sim for sim in self.world.sims if sim.unanswered]
        self.world.answer_late(data.draw(st.sampled_from(waiting), "sim"))

    # -- time, customers and operators -----------------------------------------------------------

    @rule(seconds=st.sampled_from([0.001, 1, 60, 170, HOUR_S, HOUR_S, 13 * HOUR_S]))
    def wait(self, seconds: float) -> None:
        self.world.leases.look()
        self.world.clock.pass_s(seconds)

    @precondition(lambda self: self.world.told)
    @rule(data=st.data(), what=st.sampled_from(["expire", "lapse", "cancel", "sent", "not_sent"]))
    def interfere(self, data: st.DataObject, what: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.world.told)), "message")
        world, now = self.world, self.world.clock.now()
        message = world.message(number)
        if what == "expire":
            world.run(ExpireMessage(number, at=now))
        elif what == "lapse" and message.sim is not None:
            ended = {lease.sim: (lease.fence, lease.expires_at) for lease in world.leases.lapsed()}
            world.run(
                DoubtAttempt(
                    number,
                    sim=message.sim,
                    new_fence=None,
                    cause=OwnCause.LEASE_LAPSED,
                    lapsed=ended.get(message.sim),
                    at=now,
                )
            )
        elif what == "cancel":
            world.run(CancelMessage(number, account=message.account, actor=Actor("test"), at=now))
        elif what in {"sent", "not_sent"}:
            world.run(
                ResolveDoubt(number, sent=what == "sent", actor=Actor("test"), reason="r", at=now)
            )

    @rule(faults=st.lists(st.sampled_from([None, *Fault]), min_size=1, max_size=6))
    def let_saves_fail(self, faults: list[Fault | None]) -> None:
        self.world.gateway.store.faults.extend(faults)

    # -- what must hold ------------------------------------------------------------------------

    @invariant()
    def no_invariant_is_broken(self) -> None:
        self.world.check()

    @rule()
    def read(self) -> None:
        self.world.check()
        self.world.check_read_models()

    # -- helpers -------------------------------------------------------------------------------

    def sender(self, place: int) -> Sender:
        return self.world.senders[place % len(self.world.senders)]

    def free_sims(self) -> list[Sim]:
        return [sim for sim in self.world.sims if sim.duty is not None and sim.flight is None]

    def waiting(self) -> list[int]:
        """Messages that a SIM might take, or that may still end."""
        return [n for n in self.world.gateway.watch.checker.open_messages if n in self.world.told]

    def run_surely(self, command: Any) -> None:
        self.world.gateway.store.faults.clear()
        self.world.run(command)

    def command(self, asked: dict[str, Any]) -> SendMessages:
        now = self.world.clock.now()
        online = self.world.leases.online()
        sender = self.sender(asked["sender"])
        make = repeatable if asked["asks_repeat"] else send
        return make(
            sender.number,
            sender.key_id,
            at=now,
            recipients=[recipient(i, asked["network"]) for i in range(asked["count"])],
            is_bulk=asked["count"] > 1,
            segments=asked["segments"],
            text=f"{asked['text']} {asked['segments']}",
            lane=asked["lane"],
            idempotency_key=asked["key"],
            offline=frozenset(Network) - online,
        )

    def hear(self, asked: dict[str, Any], command: SendMessages, answer: Answer[Accepted]) -> None:
        """Remember what was accepted, from the log where the answer stayed unknown."""
        sending = command._sending
        first = command._first_number
        is_stored = self.world.gateway.system.store.content(ContentKind.MESSAGE, first) is not None
        if answer.outcome.result is None and not is_stored:
            return
        accepted = answer.outcome.result
        self.expect_repeats(command, accepted)
        if accepted is not None and accepted.replayed:
            assert not is_stored
            return
        for place, one in enumerate(sending.recipients):
            texts = [f"{sending.text} part {n}" for n in range(asked["segments"])]
            self.world.told[first + place] = Told(sending.principal.account, str(one.msisdn), texts)

    def expect_repeats(self, command: SendMessages, accepted: Accepted | None) -> None:
        """Without a key, what was answered 503 less than ten minutes ago is not accepted anew."""
        sending = command._sending
        digest, now = sending.digest, self.world.clock.now()
        if digest is None:
            return
        first = accepted.first_number if accepted else command._first_number
        if digest in self.known and not sending.idempotency_key:
            known, answered_at = self.known[digest]
            assert first == known or now >= answered_at + REPEATS_KEPT_S * SECOND
        networks = {recipient.route.network for recipient in sending.recipients}
        is_replay_under_key = accepted and accepted.replayed and sending.idempotency_key
        if networks <= sending.offline and not is_replay_under_key:
            self.known[digest] = first, now


def test_no_history_breaks_an_invariant(report_count: Callable[..., None]) -> None:
    GatewayHistories.runs = 0
    run_state_machine_as_test(
        GatewayHistories,
        settings=settings(
            max_examples=soak_count(2_000), stateful_step_count=80 if is_soak() else 50
        ),
    )
    report_count("whole gateways", GatewayHistories.runs, 0, "Hypothesis")
