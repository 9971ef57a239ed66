"""``/app/keywords``: what is answered in the account's name, by the first word of what comes in."""

from typing import Any, Final

from api.accounts import keywords
from api.dialects import feltech
from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Row, Table
from api.pages.visit import Visit


def _unanswered(field: str) -> Any:
    def find(row: Row) -> Any:
        return (row["unanswered"] or {}).get(field)

    return find


COLUMNS: Final = (
    Column("word", "code"),
    Column("answer"),
    Column("sender_id"),
    Column("unanswered", "code", value=_unanswered("code")),
    Column("unanswered_at", "when", value=_unanswered("at")),
)


async def rules(visit: Visit) -> View:
    """List the rules, and the names that an answer may come from."""
    rows = (await visit.ask(keywords.keywords))["data"]
    names = (await visit.ask(feltech.sender_ids))["data"]
    approved = [row["name"] for row in names if row["status"] == "Approved"]
    table = Table(
        name="keywords", path="/app/keywords", query=visit.query, columns=COLUMNS, rows=rows
    )
    return View("keywords.html", {"senders": approved}, table=table)


async def set_rule(visit: Visit) -> Done:
    """Set what is answered to a word, or set it anew."""
    fields = visit.fields
    asked = {"answer": fields.get("answer"), "sender_id": fields.get("sender_id") or None}
    await visit.ask(keywords.set_keyword, asked, word=_word(visit))
    return Done("/app/keywords", "keyword_set")


async def delete_rule(visit: Visit) -> Done:
    """Answer a word no more."""
    await visit.ask(keywords.delete_keyword, {}, word=_word(visit))
    return Done("/app/keywords", "keyword_deleted")


def _word(visit: Visit) -> str:
    return str(visit.fields.get("word", "")).strip()


ANSWERING: Final = (
    Page(
        path="/app/keywords",
        name="keywords",
        who=Who.CUSTOMER,
        show=rules,
        acts={"set": set_rule, "delete": delete_rule},
    ),
)
