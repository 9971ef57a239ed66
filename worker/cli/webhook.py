"""``ngoma webhook``: where accounts are told, and what is told brought to this machine."""

import json
from typing import TYPE_CHECKING, Any, Final

import click

from domain.feed import FEED_PAGE, FEED_PAGE_MAX
from domain.written import NUMBER_MAX
from worker.cli import webhook_endpoint
from worker.cli.group import Group
from worker.cli.options import POSITION, Place, Whole, example, json_option, place_options

if TYPE_CHECKING:
    import httpx

WAIT_S: Final = 20
PAGE: Final = FEED_PAGE
TIMEOUT_S: Final = 30.0
ASKED_MAX: Final = 10
"""Questions or posts in a row that may fail."""
PAUSE_S: Final = 1.0
WEB: Final = ("http://", "https://")


def _address(_context: object, _parameter: object, written: str) -> str:
    if not written.startswith(WEB):
        msg = "is not an address that begins with http:// or https://."
        raise click.BadParameter(msg)
    return written.rstrip("/")


@click.group(cls=Group)
def webhook() -> None:
    """Say where accounts are told of their events, and try it.

    `listen` needs no address that the Internet reaches.
    """


for _command in webhook_endpoint.COMMANDS:
    webhook.add_command(_command)


@webhook.command(
    "listen", epilog=example("NGOMA_API_KEY=… ngoma webhook listen --forward http://localhost:3000")
)
@click.option("--forward", required=True, callback=_address, help="Where to post each event.")
@click.option(
    "--url",
    default="http://127.0.0.1:8080",
    show_default=True,
    callback=_address,
    help="Where the gateway is.",
)
@click.option(
    "--api-key",
    envvar="NGOMA_API_KEY",
    prompt="API key",
    hide_input=True,
    help="Of the account; better in NGOMA_API_KEY than here.",
)
@click.option(
    "--after", type=POSITION, help="Begin after this sequence; else with what happens from now on."
)
@click.option("--count", type=Whole(1, NUMBER_MAX), help="End after so many events.")
@json_option
@place_options
def listen(
    place: Place,  # noqa: ARG001 - it asks the gateway, not the store
    *,
    forward: str,
    url: str,
    api_key: str,
    after: int | None,
    count: int | None,
    as_json: bool,
) -> None:
    """Forward an account's events to a program on this machine, signed as a webhook's are.

    It asks the feed, so nothing has to reach this machine from outside.
    """
    import secrets
    from base64 import b64encode

    import httpx

    secret = "whsec_" + b64encode(secrets.token_bytes(24)).decode()
    click.echo(f"Events are signed with {secret}", err=True)
    with httpx.Client(timeout=TIMEOUT_S, headers={"Authorization": f"Bearer {api_key}"}) as client:
        at = _newest(client, url) if after is None else after
        left = count
        while left is None or left > 0:
            events = _ask(client, url, after=at, wait=WAIT_S)["data"]
            for event in events if left is None else events[:left]:
                status = _post(forward, event, secret)
                told = {name: event[name] for name in ("sequence", "type", "id")}
                _say({**told, "answer": status}, as_json=as_json)
                at = event["sequence"]
                left = None if left is None else left - 1


def _newest(client: "httpx.Client", url: str) -> int:
    """Give the newest sequence, by going through what there is."""
    at = 0
    while (answer := _ask(client, url, after=at, limit=FEED_PAGE_MAX))["data"]:
        at = answer["next"]
    return at


def _say(told: dict[str, Any], *, as_json: bool) -> None:
    """Say what became of an event: a line each."""
    click.echo(json.dumps(told) if as_json else " ".join(map(str, told.values())))


def _ask(client: "httpx.Client", url: str, **query: int) -> dict[str, Any]:
    """Ask the feed, again where the gateway is away for a moment."""
    import time

    import httpx

    for left in reversed(range(ASKED_MAX)):
        try:
            answer = client.get(f"{url}/api/v1/events", params={"limit": PAGE, **query})
        except httpx.HTTPError as error:
            trouble = type(error).__name__
        else:
            if answer.status_code == httpx.codes.OK:
                found: dict[str, Any] = answer.json()
                return found
            trouble = f"HTTP {answer.status_code}"
            if answer.status_code < 500 and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
        if left:
            time.sleep(PAUSE_S)
    msg = f"The gateway does not give its events: {trouble}."
    raise click.ClickException(msg)


def _post(forward: str, event: dict[str, Any], secret: str) -> str:
    """Post an event; say what was answered."""
    from datetime import UTC, datetime

    import httpx
    import orjson
    from standardwebhooks import Webhook

    body, at = orjson.dumps(event).decode(), datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": event["id"],
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(event["id"], at, body),
    }
    try:
        answer = httpx.post(forward, content=body, headers=headers, timeout=TIMEOUT_S)
    except httpx.HTTPError as error:
        return type(error).__name__
    return str(answer.status_code)
