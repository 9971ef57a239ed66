"""The way around the pages: what a visitor may see, in sections."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.page import ROLES, Who
from api.pages.visit import Visit


@dataclass(frozen=True, slots=True)
class Section:
    """Links of one kind of people: the name of its words (``sections.…``), and its pages."""

    name: str
    who: Who
    links: Sequence[tuple[str, str]]
    """Paths, each with the name of its page (``pages.…``)."""


SECTIONS: Final = (
    Section(
        "account",
        Who.CUSTOMER,
        (
            ("/app", "overview"),
            ("/app/send", "send"),
            ("/app/uploads", "uploads"),
            ("/app/messages", "messages"),
            ("/app/threads", "threads"),
            ("/app/keywords", "keywords"),
            ("/app/topups", "topups"),
            ("/app/statement", "statement"),
            ("/app/keys", "keys"),
            ("/app/sender-ids", "sender_ids"),
            ("/app/limits", "limits"),
            ("/app/people", "people"),
            ("/app/test", "test"),
        ),
    ),
    Section(
        "staff",
        Who.OPERATOR,
        (
            ("/staff/fleet", "fleet"),
            ("/staff/queue", "queue"),
            ("/staff/doubts", "doubts"),
            ("/staff/alarms", "alarms"),
            ("/staff/approvals", "approvals"),
            ("/staff/approvals/sender-ids", "asked_names"),
            ("/staff/accounts", "accounts"),
            ("/staff/retention", "retention"),
        ),
    ),
    Section(
        "finance",
        Who.FINANCE,
        (
            ("/finance/exceptions", "exceptions"),
            ("/finance/statements", "statements"),
            ("/finance/ageing", "ageing"),
            ("/finance/sheet", "sheet"),
            ("/finance/periods", "periods"),
        ),
    ),
    Section(
        "audit",
        Who.AUDITOR,
        (
            ("/audit/balance", "balance"),
            ("/audit/replay", "replay"),
            ("/audit/manual", "manual"),
            ("/audit/seals", "seals"),
            ("/audit/export", "export"),
        ),
    ),
)
"""Every section, in the order in which it is shown; a page comes into it with its words."""


def navigation(visit: Visit) -> list[Section]:
    """Give the sections that a visitor may see; none without a session."""
    somebody = visit.somebody
    if somebody is None:
        return []
    return [
        section
        for section in SECTIONS
        if section.who not in ROLES or ROLES[section.who] & somebody.roles
    ]


def current(visit: Visit) -> str:
    """Give the path of the link that a page belongs to; "" where there is none."""
    path = visit.call.path
    paths = [path for section in SECTIONS for path, _ in section.links]
    fitting = [each for each in paths if path == each or path.startswith(each + "/")]
    return max(fitting, key=len, default="")
