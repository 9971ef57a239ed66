"""``/staff/retention``: what is kept how long, what was erased, and erasing on request."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from api.http.presence import read_text, require
from api.pages.live import is_only_auditor
from api.pages.looking import staff
from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Filter, Table
from api.pages.visit import Visit
from api.pages.words import say
from api.staff.fields import read_before, read_choice, read_reason
from application.books.actors import Actor
from application.ports.queries import ErasedRow, Kept, Queries
from application.retention.erasing import Tell
from application.retention.erasure import EraseMessages, Retention
from application.retention.recipients import count_of, erase_number, number_to_erase
from application.system import System
from domain.days import DAY_S
from domain.message import Extent
from domain.msisdn import Msisdn
from domain.page_sizes import LIST_PAGE
from domain.public_ids import iso_time, iso_time_or_none
from domain.values import SECOND, Instant

PATH: Final = "/staff/retention"
LIVE: Final = f"{PATH}/live"
WHAT: Final = ("text", "all", "account")
COLUMNS: Final = (
    Column("day"),
    Column("what"),
    Column("count", "number"),
    Column("actor"),
    Column("reason"),
    Column("last_at", "when"),
)
RULE_COLUMNS: Final = (
    Column("kept"),
    Column("days", "number"),
    Column("oldest", "when"),
    Column("goes_at", "when"),
)


async def retention(visit: Visit) -> View:
    """Show the rules, what they are about to erase next, and what was erased."""
    system, actor = visit.front.system, await staff(visit, "retention")
    what, before = visit.query.get("what") or None, read_before(visit.query)
    if what is not None:
        read_choice({"what": what}, "what", WHAT)

    def ask() -> tuple[list[dict[str, Any]], list[dict[str, Any]], int | None]:
        rules = _rules(system.terms.retention, system.queries, system.clock.now())
        found = system.queries.erased(what, before=before, limit=LIST_PAGE)
        more = found[-1].place if len(found) == LIST_PAGE else None
        return rules, [_erased(row) for row in found], more

    rules, rows, more = await visit.front.read_newest(actor.account, "retention", ask)
    table = Table(
        name="erased",
        path=PATH,
        query=visit.query,
        columns=COLUMNS,
        rows=rows,
        filters=(Filter("what", WHAT),),
        next=more,
    )
    kept = Table(name="kept", path=PATH, query={}, columns=RULE_COLUMNS, rows=rules)
    values = {"kept": kept, "live": None if is_only_auditor(visit) else LIVE, **_progress(visit)}
    return View("retention.html", values, table=table)


async def live_progress(visit: Visit) -> View:
    """Show the piece that changes while a number is erased."""
    await staff(visit, "retention")
    return View("erase_progress.html", _progress(visit))


def _progress(visit: Visit) -> dict[str, Any]:
    newest = visit.front.system.erasing.newest
    return {"erasure": newest, "begun_at": iso_time(newest.begun_at) if newest else None}


def _rules(rules: Retention, queries: Queries, now: Instant) -> list[dict[str, Any]]:
    def oldest(*kinds: Kept) -> Instant | None:
        found = [queries.kept_contents(kind, before=now, after=None, limit=1) for kind in kinds]
        return min((places[0].queued_at for places in found if places), default=None)

    return [
        _rule(say("retention.texts"), rules.text_days, oldest(Kept.ALL)),
        _rule(say("retention.numbers"), rules.number_days, oldest(Kept.ALL, Kept.NUMBER)),
        _rule(say("retention.inbound_texts"), rules.text_days),
        _rule(say("retention.inbound_numbers"), rules.number_days),
        _rule(say("retention.payers"), rules.number_days),
    ]


def _rule(kept: str, days: int, oldest: Instant | None = None) -> dict[str, Any]:
    goes = Instant(oldest + days * DAY_S * SECOND) if days and oldest is not None else None
    return {
        "kept": kept,
        "days": days or None,
        "oldest": iso_time_or_none(oldest),
        "goes_at": iso_time_or_none(goes),
    }


def _erased(row: ErasedRow) -> dict[str, Any]:
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=row.day)
    return {
        "day": f"{day:%Y-%m-%d}",
        "what": row.what,
        "count": row.count,
        "actor": row.actor,
        "reason": row.reason,
        "last_at": iso_time(row.last_at),
    }


# -- at somebody's request ------------------------------------------------------------------------


async def ask_erase(visit: Visit) -> View:
    """Say what is kept beside a number, before it is erased."""
    _, number, reason = await _asked(visit)
    system = visit.front.system
    found = await visit.front.run_long(
        partial(count_of, system.store, system.reader, system.queries, number)
    )
    fields = {"number": str(visit.fields["number"]), "reason": reason}
    return View("erase_sure.html", {"found": found, "fields": fields})


async def erase(visit: Visit) -> Done:
    """Erase all that is kept beside a number."""
    actor, number, reason = await _asked(visit)
    system = visit.front.system
    asked = (system.store, system.reader, system.queries, number)
    system.erasing.begin(system.clock.now())
    visit.front.begin_long(
        partial(
            system.erasing.run,
            partial(count_of, *asked),
            partial(_erase, system, number, actor, reason),
        )
    )
    return Done(PATH)


async def _asked(visit: Visit) -> tuple[Actor, Msisdn, str]:
    """Read what a form asks to erase, of who may; what an auditor tries is on record.

    Raises:
        NotPermitted: who asks may not erase.
        InvalidRequest: there is no such number, or the reason holds it.
    """
    actor, at = await staff(visit, "retention"), visit.front.system.clock.now()
    await visit.front.run(EraseMessages([], what=Extent.ALL, actor=actor, reason=None, at=at))
    require(visit.fields, "number")
    reason = read_reason(visit.fields)
    return actor, number_to_erase(read_text(visit.fields, "number"), reason), reason


def _erase(system: System, number: Msisdn, actor: Actor, reason: str, tell: Tell) -> None:
    erase_number(
        *(system.committer, system.reader, system.store, system.queries, number),
        actor=actor,
        reason=reason,
        now=system.clock.now,
        tell=tell,
    )
    system.scrub(False)  # noqa: FBT003 - to write the files anew would let senders wait


KEEPING: Final = (
    Page(
        path=PATH,
        name="retention",
        who=Who.OPERATOR,
        show=retention,
        acts={"ask_erase": ask_erase, "erase": erase},
    ),
    Page(path=LIVE, name="erasure_live", who=Who.OPERATOR, show=live_progress, is_fragment=True),
)
