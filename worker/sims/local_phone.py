"""A phone that the gateway calls: its hand, fed by HTTP instead of by the phone's own calls.

What is given goes in one call and in no second one, whatever became of that call.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.modems.phones.client import LocalPhone, NotReached, PhoneSilent
from api.phones.reading import URGENT, app_time, read_report
from api.phones.settings import local_settings_of, webhooks_of
from application.books.alarms import Alarms
from application.fleet.pacing import BackOff
from application.messages.offers import Item
from application.messages.phone_hand import PhoneHand
from application.ports import Clock
from domain.phone import Phone
from domain.phone_report import (
    NOBODY,
    REFUSED_BY_APP,
    TTL_EXPIRED,
    PhoneState,
    Snapshot,
    offer_id,
    read_offer_id,
)

AGAIN_S: Final = (5.0, 10.0, 30.0)
"""Between tries to reach a phone that is silent."""
HEALTH_S: Final = 60.0
NOT_HELD_S: Final = 10.0
"""Between tries to hold the SIMs of a phone, which another host calls."""
FOLLOW_S: Final = 3 * 86_400.0
"""So long after it was given a message may still be delivered."""
FOLLOW_SELDOM_S: Final = 300.0
FOLLOW_OFTEN_S: Final = 1.0
FOLLOWED_MAX: Final = 2_000
"""Messages of one phone that are followed; the oldest is followed no more."""
ASKED_MAX: Final = 20
"""Messages that a phone is asked about in one step."""
OVER: Final = frozenset({PhoneState.DELIVERED, PhoneState.FAILED, PhoneState.CANCELLED})
NOT_LET_IN: Final = frozenset({401, 403, 404, 405})
"""Answers of before the app looks at a message."""
EXPIRED: Final = "already expired"

logger = logging.getLogger("ngoma.sims")


@dataclass(slots=True)
class _Followed:
    since_s: float
    ask_at_s: float
    state: PhoneState = PhoneState.PENDING


class LocalPhoneRunner:
    """Drives one phone; one thread steps it."""

    def __init__(
        self,
        name: str,
        client: LocalPhone,
        *,
        known: Callable[[], Phone | None],
        hand_of: Callable[[Phone], PhoneHand],
        signing_key: str,
        phones_url: str,
        clock: Clock,
        alarms: Alarms,
    ) -> None:
        """``known`` gives the phone as the log has it now; None once it was revoked."""
        self.trouble = "ok"
        """Why it sends nothing now, for readiness."""
        self.lacks: str | None = None
        """What does not work on a phone that is up."""
        self._alarm = f"phone {name}"
        self._client = client
        self._known = known
        self._hand_of = hand_of
        self._signing_key = signing_key
        self._phones_url = phones_url
        self._clock = clock
        self._alarms = alarms
        self._hand: PhoneHand | None = None
        self._is_up = False
        self._has_listed = False
        self._again = BackOff(AGAIN_S)
        self._again_at_s = float("-inf")
        self._health_at_s = self._pull_at_s = float("-inf")
        self._followed: OrderedDict[str, _Followed] = OrderedDict()
        self._unsaid: list[Snapshot] = []
        """What the phone said, and the store has not heard yet."""

    def step(self) -> None:
        """Hear how everything stands, then give what there is to send.

        Raises:
            Unavailable: the store could not hear it; the next step says it again.
        """
        if self._clock.monotonic_s() < self._again_at_s:
            return
        phone = self._known()
        if phone is None:
            self.close("its phone was revoked")
            self.trouble = "it was revoked"
            return
        if self._hand is None:
            self._hand = self._hand_of(phone)
        try:
            self._serve(self._hand, phone)
        except PhoneSilent as error:
            self._fall_silent(str(error))
        finally:
            self._say(self._hand)

    def close(self, reason: str = "the gateway stops") -> None:
        """Give its SIMs back."""
        if self._hand is not None:
            self._hand.let_go(reason)
            self._hand = None

    def _serve(self, hand: PhoneHand, phone: Phone) -> None:
        if not self._is_up:
            self._come_up(phone)
        self._follow()
        self._look_at_its_battery()
        self._say(hand)
        if self._clock.monotonic_s() < self._pull_at_s:
            return
        items = hand.pull()
        if not hand.is_held:
            self._pull_at_s = self._clock.monotonic_s() + NOT_HELD_S
        for place, item in enumerate(items):
            try:
                self._do(item)
            except PhoneSilent:
                self._unsaid += [_not_sent(each) for each in items[place + 1 :] if _is_new(each)]
                raise

    def _say(self, hand: PhoneHand) -> None:
        while self._unsaid:
            hand.hear(self._unsaid[:1])
            del self._unsaid[0]

    # -- whether it is there -----------------------------------------------------------------------

    def _come_up(self, phone: Phone) -> None:
        status = self._client.look()
        if status in NOT_LET_IN:
            msg = "it does not take the user and password of the settings"
            raise PhoneSilent(msg)
        if status != 200:
            msg = f"it answers {status}, as no app does that is well"
            raise PhoneSilent(msg)
        self._client.set(local_settings_of(self._signing_key))
        hooks = [self._client.hook(each)[0] for each in webhooks_of(phone, self._phones_url)]
        self.lacks = None if max(hooks) < 300 else "it tells of no messages that come in"
        if not self._has_listed:
            self._take_up(self._client.newest()[1])
            self._has_listed = True
        self._is_up, self.trouble = True, "ok"
        self._again.reset()
        logger.info("%s answers", self._alarm)

    def _take_up(self, listed: Any) -> None:
        """Hear of what a process before this one gave, and follow what is not over."""
        for told in reversed(listed if isinstance(listed, list) else []):
            snapshot = read_report(told)
            if snapshot is None or read_offer_id(snapshot.id) is None:
                continue
            self._unsaid.append(snapshot)
            if snapshot.state not in OVER:
                self._begin_to_follow(snapshot.id, snapshot.state)

    def _fall_silent(self, words: str) -> None:
        if self.trouble != words:
            logger.warning("%s: %s", self._alarm, words)
        self._is_up, self.trouble = False, words
        self._again_at_s = self._clock.monotonic_s() + self._again.next_s()

    def _look_at_its_battery(self) -> None:
        if self._clock.monotonic_s() < self._health_at_s:
            return
        self._health_at_s = self._clock.monotonic_s() + HEALTH_S
        per_cent = self._client.battery()
        if per_cent is None:
            self._alarms.clear(self._alarm)
        else:
            self._alarms.set(self._alarm, f"its battery is at {per_cent} %")

    # -- how its messages stand --------------------------------------------------------------------

    def _begin_to_follow(self, key: str, state: PhoneState = PhoneState.PENDING) -> None:
        now_s = self._clock.monotonic_s()
        self._followed[key] = _Followed(now_s, now_s + FOLLOW_OFTEN_S, state)
        while len(self._followed) > FOLLOWED_MAX:
            self._followed.popitem(last=False)

    def _follow(self) -> None:
        """Ask about what it was given: often at first, then ever more seldom."""
        now_s = self._clock.monotonic_s()
        due = [key for key, each in self._followed.items() if each.ask_at_s <= now_s]
        for key in due[:ASKED_MAX]:
            followed = self._followed[key]
            age_s = now_s - followed.since_s
            followed.ask_at_s = now_s + min(FOLLOW_SELDOM_S, max(FOLLOW_OFTEN_S, age_s / 4))
            status, told = self._client.show(key)
            snapshot = read_report(told)
            if snapshot is not None and snapshot.state is not followed.state:
                followed.state = snapshot.state
                self._unsaid.append(snapshot)
            if followed.state in OVER or status == 404 or age_s > FOLLOW_S:
                del self._followed[key]

    # -- what it is to do --------------------------------------------------------------------------

    def _do(self, item: Item) -> None:
        if _is_new(item):
            self._give(item)
            return
        key = offer_id(item.number, item.attempt)
        if item.is_recall:
            self._client.recall(key)
        status, told = self._client.show(key)
        snapshot = read_report(told)
        if status == 404:
            snapshot = _unknown(item)
        if snapshot is not None:
            self._unsaid.append(snapshot)

    def _give(self, item: Item) -> None:
        """Have one message sent, in one call; the answer only says what that call proves."""
        key = offer_id(item.number, item.attempt)
        try:
            status, told = self._client.give(_as_json(item))
        except NotReached:
            self._unsaid.append(_not_sent(item))
            raise
        except PhoneSilent:
            self._begin_to_follow(key)
            raise
        if status in NOT_LET_IN:
            self._unsaid.append(_not_sent(item))
            msg = "it does not take the user and password of the settings"
            raise PhoneSilent(msg)
        self._begin_to_follow(key)
        if status in {400, 409}:
            self._look_why(item, status, told)

    def _look_why(self, item: Item, status: int, told: Any) -> None:
        """See what it has by the id of a message that it refused."""
        key = offer_id(item.number, item.attempt)
        is_expired = isinstance(told, dict) and EXPIRED in str(told.get("message"))
        found, shown = self._client.show(key)
        snapshot = read_report(shown)
        if snapshot is not None and _is_ours(shown, item):
            self._unsaid.append(snapshot)
        elif snapshot is not None or found == 404:
            del self._followed[key]
            words = f"{REFUSED_BY_APP} its app answered {status}"
            self._unsaid.append(_failed(item, TTL_EXPIRED if is_expired else words))


def _is_new(item: Item) -> bool:
    return item.recipient != NOBODY


def _is_ours(shown: Mapping[str, Any], item: Item) -> bool:
    """Whether what the phone has by an id is the message: unless it shows that it is another."""
    try:
        recipients = [each["phoneNumber"] for each in shown["recipients"]]
        text = shown["textMessage"]["text"]
    except (KeyError, TypeError):  # it shows neither: another SIM would perhaps send it twice
        return True
    return bool(text == item.text) and recipients == [item.recipient]


def _as_json(item: Item) -> Mapping[str, object]:
    """Give what the app is posted (``PostMessageRequest.kt``)."""
    return {
        "id": offer_id(item.number, item.attempt),
        "textMessage": {"text": item.text},
        "phoneNumbers": [item.recipient],
        "simNumber": item.slot,
        "withDeliveryReport": True,
        "validUntil": app_time(item.valid_until),
        "priority": URGENT if item.is_urgent else 0,
    }


def _said(item: Item, state: PhoneState, error: str | None = None) -> Snapshot:
    key = offer_id(item.number, item.attempt)
    return Snapshot(id=key, state=state, recipient=item.recipient, error=error, states={})


def _not_sent(item: Item) -> Snapshot:
    """Say of a message that never went to its phone what a phone says that gives one back."""
    return _said(item, PhoneState.CANCELLED)


def _failed(item: Item, error: str) -> Snapshot:
    return _said(item, PhoneState.FAILED, error)


def _unknown(item: Item) -> Snapshot:
    return _said(item, PhoneState.PENDING)
