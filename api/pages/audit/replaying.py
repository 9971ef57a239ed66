"""``/audit/replay``: what one account has by a replay of the log, beside what it is shown."""

from typing import Any, Final

from api.pages.looking import staff
from api.pages.page import Page, View, Who
from api.pages.tables import Column, Filter, Table
from api.pages.visit import Visit
from api.pages.words import say
from application.audit import one_account
from application.audit.one_account import Held, Replayed, TooLong, replay_account
from application.audit.points import position_before
from application.audit.posting import UnreadableEvent
from application.audit.replay import Comparison
from application.system import System
from domain.span import read_as_of
from domain.values import Instant
from domain.written import NUMBER_MAX, check_whole

PATH: Final = "/audit/replay"
COLUMNS: Final = (
    Column("account"),
    Column("by_log", "number"),
    Column("there", "number"),
    Column("equal", "state"),
)
FILTERS: Final = (Filter("account_id"), Filter("as_of", kind="date"))


async def replay(visit: Visit) -> View:
    """Replay the log for one account, and compare; without an account ask for one."""
    written, moment = visit.query.get("account_id"), read_as_of(visit.query.get("as_of") or None)
    account = check_whole(written, "account_id", least=1, most=NUMBER_MAX) if written else None
    await staff(visit, "replay")
    done, words, system = None, "", visit.front.system
    if account is not None:
        try:
            done = await visit.front.run_long(lambda: _replay(system, account, moment))
        except TooLong:
            words = say("replay.too_long", most=one_account.EVENTS_MAX, account=account)
        except UnreadableEvent as error:
            words = say("replay.unreadable", why=error)
    table = Table(
        name="replay",
        path=PATH,
        query=visit.query,
        columns=COLUMNS,
        rows=[_row(one) for one in done.held] if done else [],
        filters=FILTERS,
    )
    values = {"done": done, "words": words, "firsts": _firsts(done)}
    return View("replay.html", values, table=table)


def _replay(system: System, account: int, moment: Instant | None) -> Replayed:
    store, queries, head = system.store, system.queries, system.store.head()
    for model in ("ledger", "balances"):
        queries.reached(head, timeout_s=system.log_wait_s, projection=model)
    as_of = None if moment is None else position_before(store, Instant(moment + 1))
    most = one_account.EVENTS_MAX
    return replay_account(store, queries, account, as_of=as_of, events_max=most)


def _row(one: Held) -> dict[str, Any]:
    equal = "equal" if one.by_log == one.there else "differs"
    return {"account": one.name, "by_log": one.by_log, "there": one.there, "equal": equal}


def _firsts(done: Replayed | None) -> list[dict[str, Any]]:
    """Say of each read model that differs from which event on it does."""
    return [_first(one) for one in done.compared if not one.is_equal] if done else []


def _first(one: Comparison) -> dict[str, Any]:
    first = one.first
    if first is None:
        return {"model": one.name, "position": None}
    return {
        "model": one.name,
        "position": first.position,
        "topic": first.topic or say("replay.no_event"),
        "by_log": _moves(first.by_log),
        "there": _moves(first.there),
    }


def _moves(lines: Any) -> str:
    told = ", ".join(f"{account} {amount:+}" for account, amount in lines.items())
    return told or say("replay.moves_nothing")


REPLAY: Final = (Page(path=PATH, name="replay", who=Who.AUDITOR, show=replay),)
