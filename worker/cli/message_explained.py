"""A message's life as ``message explain`` prints it: with a masked number, and no text."""

from typing import TYPE_CHECKING, Any

import click

from domain.causes import meaning_of
from domain.msisdn import Msisdn, masked
from domain.public_ids import feltech_id, wilcybertek_id
from worker.cli.output import clock_time, moment, visible

if TYPE_CHECKING:
    from application.messages.explain import Explanation, Step


def masked_recipient(recipient: str | None) -> str | None:
    """Give a number as staff see it; None once it was erased."""
    return None if recipient is None else masked(Msisdn(recipient))


def explained_json(found: "Explanation") -> dict[str, Any]:
    """Give it for programs."""
    return {
        "message_id": wilcybertek_id(found.number, found.accepted_at),
        "id": feltech_id(found.number),
        "number": found.number,
        "account_id": found.account,
        "recipient": masked_recipient(found.recipient),
        "sender_id": found.sender_id,
        "request_id": found.request_id,
        "status": found.status,
        "state": found.state.value,
        "lane": found.lane.value,
        "category": found.category.value,
        "send_at": moment(found.send_at),
        "held_until": moment(found.held_until),
        "expires_at": moment(found.expires_at),
        "summary": found.summary,
        "charge": {
            "credits": found.charge.credits,
            "segments": found.charge.segments,
            "encoding": found.charge.encoding.value,
            "tariff": found.charge.tariff,
            "state": found.charge.state,
            "words": found.charge.words,
        },
        "route": {
            "network": found.route.network.value,
            "plan": found.route.plan,
            "words": found.route.words,
        },
        "evidence": list(found.evidence),
        "timeline": [
            {
                "at": moment(step.at),
                "event": step.event,
                "words": step.words,
                "cause": step.cause,
                "meaning": None if step.cause is None else meaning_of(step.cause).name,
                "actor": step.actor,
                "reason": step.reason,
            }
            for step in found.steps
        ],
    }


def _more(step: "Step") -> str:
    """Give, for operators, a cause's code and its meaning; who did it by hand, and why."""
    meant = "" if step.cause is None else f" [{step.cause}: {meaning_of(step.cause).name}]"
    if step.actor is None:
        return meant
    why = "" if step.reason is None else f": {step.reason}"
    return f"{meant} [{step.actor}{why}]"


def tell(found: "Explanation") -> None:
    """Print it for people."""
    to = masked_recipient(found.recipient) or "a recipient that was erased"
    lines = [
        f"{feltech_id(found.number)} of account {found.account}, to {to}: {found.status}.",
        found.summary,
        "",
        f"Charge  {found.charge.words}",
        f"Route   {found.route.words}",
        "",
        *(f"{clock_time(step.at)}  {step.words}{_more(step)}" for step in found.steps),
    ]
    if found.evidence:
        lines += ["", "Evidence", *(f"  {sentence}" for sentence in found.evidence)]
    click.echo("\n".join(visible(line) for line in lines))
