"""``/audit/seals``: the seals of the log, newest first, and what each anchor has of them."""

from functools import partial
from typing import Any, Final

from api.pages.looking import staff
from api.pages.page import Page, View, Who
from api.pages.tables import Column, Table
from api.pages.visit import Visit
from api.pages.words import say
from application.ports import SigningKey
from application.proof.history import KeyTaken, SealMade
from application.proof.shown import AnchorShown, Place, SealShown, anchors_shown, seals_shown
from application.system import System
from domain.errors import InvalidRequest
from domain.page_sizes import LIST_PAGE
from domain.proof.notes import BadNote, KeyKind, fingerprint_of
from domain.public_ids import iso_time
from domain.written import read_whole

PATH: Final = "/audit/seals"
YEAR_MAX_US: Final = 253_402_300_799_000_000
"""The last time that can be written."""
COLUMNS: Final = (
    Column("position", "number"),
    Column("chapter", "number"),
    Column("kind", "state"),
    Column("told"),
    Column("at", "when"),
    Column("covered", "number"),
    Column("size", "number"),
    Column("root", "code"),
    Column("fingerprint", "code"),
)
ANCHOR_COLUMNS: Final = (
    Column("anchor"),
    Column("state", "state"),
    Column("size", "number"),
    Column("told"),
)


async def seals(visit: Visit) -> View:
    """List them beside the anchors; what is damaged or missing is said in words."""
    actor = await staff(visit, "seals")
    system, before = visit.front.system, _place(visit.query.get("before") or "")
    ask = partial(_ask, system, before)
    head, found, newest, anchors = await visit.front.read(actor.account, ask)
    table = Table(
        name="seals",
        path=PATH,
        query=visit.query,
        columns=COLUMNS,
        rows=[_row(one) for one in found],
        next="-".join(map(str, found[-1].place)) if len(found) == LIST_PAGE else None,
    )
    kept = Table(
        name="anchors",
        path=PATH,
        query={},
        columns=ANCHOR_COLUMNS,
        rows=[_anchor(one) for one in anchors],
    )
    values = {"head": head, "newest": newest, "anchors": kept, "key": _key(system, newest)}
    return View("seals.html", values, table=table)


def _ask(
    system: System, before: Place | None
) -> tuple[int, list[SealShown], SealMade | None, list[AnchorShown]]:
    log = system.store.sealed
    found = seals_shown(log, before=before, limit=LIST_PAGE)
    first = found if before is None else seals_shown(log, before=None, limit=LIST_PAGE)
    newest = next((one.found for one in first if isinstance(one.found, SealMade)), None)
    anchors = anchors_shown(system.sealing.anchors if system.sealing else (), newest)
    return system.store.head(), found, newest, anchors


def _place(written: str) -> Place | None:
    """Read where a page of the list begins.

    Raises:
        InvalidRequest: there is no such place.
    """
    if not written:
        return None
    numbers = [read_whole(part) for part in written.split("-")]
    match numbers:
        case [int(chapter), int(version)] if 0 < chapter < 1_000 and 0 < version < 1 << 62:
            return Place(chapter, version)
    msg = "The before is where a page of this list ended, for example 1-100."
    raise InvalidRequest(msg, field="before")


def _key(system: System, newest: SealMade | None) -> str:
    """Say whether this process has the key of the newest seal."""
    if system.sealing is None:
        return say("seals.no_key")
    key = system.sealing.key
    is_other = newest is not None and not _names(newest, key)
    words = "seals.other_key" if is_other else "seals.has_key"
    return say(words, fingerprint=fingerprint_of(key.public))


def _names(newest: SealMade, key: SigningKey) -> bool:
    """Whether a signature of a seal names this key; whether it is right, verifying says."""
    try:
        own = key.named(newest.checkpoint.origin)
    except BadNote:  # no log has such a name
        return False
    named = own.name, own.id_of(KeyKind.PLAIN)
    return any(signature[:2] == named for signature in newest.note.signatures)


def _row(one: SealShown) -> dict[str, Any]:
    row: dict[str, Any] = {
        "position": one.position,
        "chapter": one.place.chapter,
        "at": iso_time(one.at) if one.at is not None and 0 <= one.at < YEAR_MAX_US else None,
        "kind": "unreadable",
        "told": one.fault,
    }
    match one.found:
        case KeyTaken(key=key, cause=cause):
            row |= {"kind": "key_taken", "fingerprint": key.fingerprint, "told": cause}
        case SealMade(checkpoint=checkpoint, covered=covered):
            row |= {"kind": "sealed", "covered": covered, "size": checkpoint.size}
            row["root"] = checkpoint.root.hex()
    return row


def _anchor(one: AnchorShown) -> dict[str, Any]:
    told = one.words or say(f"anchors.{one.kept}")
    return {"anchor": one.name, "state": one.kept.value, "size": one.size, "told": told}


SEALS: Final = (Page(path=PATH, name="seals", who=Who.AUDITOR, show=seals),)
