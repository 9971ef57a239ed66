"""``/app``: what an account has, what became of its messages, and what waits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from api.accounts import account
from api.dialects import extras, feltech
from api.pages.page import Done, Page, View, Who
from api.pages.plots import Plot, Series, Tone
from api.pages.visit import Visit
from api.pages.words import say
from application.ports.queries import ActivityRow
from domain.credits import LOW_BALANCE_FIELD
from domain.days import day_of
from domain.message_states import OPEN, REFUNDED, State
from domain.values import Network

DAYS: Final = 14
"""How many days the plots show, today's among them."""
WAITING_SHOWN: Final = 5
LOW: Final = 20
"""Credits below which the page says so to who has chosen nothing."""
_EPOCH: Final = date(1970, 1, 1)
_STANDS: Final[Mapping[str, tuple[frozenset[State], Tone]]] = {
    "delivered": (frozenset({State.DELIVERED}), "good"),
    "sent": (frozenset({State.SENT, State.UNDELIVERED}), "plain"),
    "waiting": (frozenset(OPEN) - {State.IN_DOUBT, State.HELD}, "fair"),
    "in_doubt": (frozenset({State.IN_DOUBT, State.HELD}), "doubt"),
    "failed": (frozenset(REFUNDED), "bad"),
}
"""How messages stand, from the bottom of a bar up."""
_NAMES: Final = {state: name for name, (states, _) in _STANDS.items() for state in states}


async def overview(visit: Visit) -> View:
    """Show it all."""
    return View("overview.html", await _found(visit))


async def live_overview(visit: Visit) -> View:
    """Show the figures anew."""
    return View("figures.html", await _found(visit))


async def choose_low_balance(visit: Visit) -> Done:
    """Choose below how many credits the account is told."""
    chosen = {LOW_BALANCE_FIELD: visit.fields.get(LOW_BALANCE_FIELD)}
    await visit.ask(account.change_account, chosen)
    return Done("/app", "low_balance_chosen")


async def _found(visit: Visit) -> dict[str, Any]:
    front, who = visit.front, visit.who
    balance = await visit.ask(extras.balance)
    about = (await visit.ask(account.account))["data"]
    low_balance = about[LOW_BALANCE_FIELD]
    today = day_of(front.system.clock.now())
    rows = await front.read_own_writes(
        who.account,
        "message_log",
        lambda: front.system.queries.activity(who.account, today - DAYS + 1),
    )
    by_network = _by_network(rows)
    waiting = (await visit.ask(feltech.logs, query={"status": "pending"}))["data"]
    return {
        "balance": balance,
        "is_low": balance["available"] < (low_balance or LOW),
        "low_balance": low_balance,
        "suspended": about["suspended"],
        "totals": {one.name: sum(one.values) for one in by_network.series},
        "plots": (_by_day(rows, today), by_network),
        "waiting": waiting["data"][:WAITING_SHOWN],
        "waiting_total": waiting["total"],
    }


def _by_day(rows: Sequence[ActivityRow], today: int) -> Plot:
    days = range(today - DAYS + 1, today + 1)
    counts = _counts(rows, "day")
    return Plot(
        say("overview.by_day", days=DAYS),
        [f"{_EPOCH + timedelta(days=day):%-d %b}" for day in days],
        [
            Series(name, [counts[name, day] for day in days], tone)
            for name, (_, tone) in _STANDS.items()
        ],
    )


def _by_network(rows: Sequence[ActivityRow]) -> Plot:
    counts = _counts(rows, "network")
    return Plot(
        say("overview.by_network"),
        [say(f"networks.{network.value}") for network in Network],
        [
            Series(name, [counts[name, each] for each in Network], tone)
            for name, (_, tone) in _STANDS.items()
        ],
        names_bars=True,
    )


def _counts(rows: Sequence[ActivityRow], field: str) -> Counter[tuple[str, object]]:
    """Count how messages stand, by one field of the rows."""
    counts: Counter[tuple[str, object]] = Counter()
    for row in rows:
        counts[_NAMES[row.state], getattr(row, field)] += row.messages
    return counts


OVERVIEW: Final = (
    Page(
        path="/app",
        name="overview",
        who=Who.CUSTOMER,
        show=overview,
        acts={"low_balance": choose_low_balance},
    ),
    Page(
        path="/app/live",
        name="overview_live",
        who=Who.CUSTOMER,
        show=live_overview,
        is_fragment=True,
        is_live=True,
    ),
)
