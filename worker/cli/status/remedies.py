"""What to do about each alarm, by the first word of its name; docs/runbook.md says more."""

from collections.abc import Mapping
from typing import Final

REMEDIES: Final[Mapping[str, str]] = {
    "gateway": "start `ngoma serve`, and let systemd start it again whenever it ends",
    "process": "look at the end of its log; start it again",
    "settings": "mend the settings, then `ngoma doctor`",
    "store": "do what the words say; a damaged store comes back by `ngoma restore`",
    "disk": "make room on that disk; all goes on by itself",
    "projections": "`ngoma projections status` says why; `ngoma projections rebuild NAME`",
    "following": "start `ngoma project`, or `ngoma serve` without a role; else look at its log",
    "waiting": "look at that network's SIMs above: reasons, today's quota, airtime",
    "held": "`ngoma message list --state held`, then `ngoma message resolve` or `release`",
    "doubt": "`ngoma message list --state in-doubt`; each ends by itself within 24 h",
    "modem": "do what the words say; `ngoma modem list`, `ngoma modem probe` to try it",
    "sim": "`ngoma modem show SIM`; a quarantine ends by `ngoma modem release SIM --reason …`",
    "airtime": "load airtime on that SIM; the alarm falls within an hour",
    "phones": "look at the phone: is it on, online, and the app in front?",
    "phone": "look at the phone: is it on, online, and the app in front?",
    "limits": "start Redis; meanwhile each process counts limits by itself",
    "queue": "start Redis; meanwhile messages leave by the relay's tick",
    "redis": "start Redis; meanwhile all goes on, but slower",
    "threads": "look at that process's log; start it again if it does not go on",
    "clock": "set the clock (`timedatectl`), or `ngoma clock vouch` once it was compared",
    "seal": "do what the words say; look at the log of `ngoma seal` (or `serve`)",
    "anchors": "see that the folder of `seal_anchor` can be written and the mail server answers",
    "certificate": "put a good pair in place (`ngoma doctor` looks at it); it is taken by itself",
    "keys": "`ngoma key regenerate` for its owner, then `ngoma audit verify`",
    "backup": "`ngoma backup create FILE` each night, and `ngoma backup drill`",
    "money": "`ngoma finance match`, then `ngoma finance exceptions`",
    "due": "look at that process's log; what is due is done as soon as it can be asked",
    "webhook": "tell the customer; `ngoma webhook` tries it, and it is asked once an hour",
    "webhooks": "`ngoma projections status` says which event; the next start tries it again",
    "notices": "see that the mail server answers; mails wait meanwhile",
    "second": "make sure that it was a person of yours who reset it; it falls after a day",
    "content": "`ngoma audit verify`: somebody changed the store past the gateway",
    "encoding": "tell the developers, with the message's number",
}
OTHER: Final = "look at that process's log"


def remedy_of(alarm: str) -> str:
    """Say what to do about an alarm."""
    return REMEDIES.get(alarm.partition(" ")[0], OTHER)
