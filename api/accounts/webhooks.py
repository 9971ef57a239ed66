"""``/api/v1/webhook``: where an account is told of its events, and how that goes."""

from typing import Final

from api import schemas
from api.http.fields import Fields, read_query
from api.http.presence import require
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_manager, admit_reader
from api.routing.front import TRYING_MAX, Front
from application.accounts.principal import Principal
from application.books.actors import Actor
from application.telling.desk import ShownWebhook
from application.telling.webhooks import RemoveWebhook, ReplayWebhook, RotateSecret, SetWebhook
from domain.errors import Overloaded
from domain.page_sizes import LIST_PAGE
from domain.public_ids import iso_time, iso_time_or_none
from domain.values import SECOND, Instant
from domain.webhook_rules import OVERLAP_S, check_webhook_events, check_webhook_url
from domain.written import NUMBER_MAX, check_whole

READ_MODEL: Final = "account_feed"


async def webhook(front: Front, call: Call) -> Answer:
    """Show the webhook."""
    return await _shown(front, (await admit_reader(front, call)).account)


async def set_webhook(front: Front, call: Call) -> Answer:
    """Set where the account is told; a new one is told what happens from now on."""
    principal, fields = await admit_manager(front, call)
    require(fields, "url")
    desk = front.system.webhook_desk
    url = check_webhook_url(fields["url"], may_be_plain=desk.webhooks.may_be_plain)
    events = check_webhook_events(fields.get("events"))
    account = principal.account
    after = await front.read_newest(account, READ_MODEL, lambda: desk.end_of_feed(account))
    secret, sealed = desk.draw_secret()
    is_new = await front.run(
        SetWebhook(
            account,
            sealed_url=desk.webhooks.texts.seal(url),
            sealed_secret=sealed,
            events=events,
            after=after,
            actor=_actor(principal),
            at=front.system.clock.now(),
        )
    )
    return await _shown(front, account, secret=secret if is_new else None)


async def remove_webhook(front: Front, call: Call) -> Answer:
    """Tell nothing any more."""
    principal, _ = await admit_manager(front, call)
    at = front.system.clock.now()
    await front.run(RemoveWebhook(principal.account, actor=_actor(principal), at=at))
    return answer(schemas.Done(message="The account is told of nothing any more."))


async def rotate_webhook(front: Front, call: Call) -> Answer:
    """Give the webhook another secret; the one before signs beside it for a day."""
    principal, _ = await admit_manager(front, call)
    secret, sealed = front.system.webhook_desk.draw_secret()
    at = front.system.clock.now()
    await front.run(RotateSecret(principal.account, sealed, actor=_actor(principal), at=at))
    until = iso_time(Instant(at + OVERLAP_S * SECOND))
    return answer(
        schemas.SecretRotated(data=schemas.NewSecret(secret=secret, old_secret_until=until))
    )


async def replay_webhook(front: Front, call: Call) -> Answer:
    """Tell everything after a sequence once more."""
    principal, fields = await admit_manager(front, call)
    after = _after(fields)
    at = front.system.clock.now()
    await front.run(ReplayWebhook(principal.account, after, actor=_actor(principal), at=at))
    return await _shown(front, principal.account)


async def try_webhook(front: Front, call: Call) -> Answer:
    """Post a test to the webhook and say what came of it."""
    principal, _ = await admit_manager(front, call)
    account, desk = principal.account, front.system.webhook_desk
    if account in front.trying or len(front.trying) >= TRYING_MAX:
        raise Overloaded
    front.trying.add(account)
    try:
        target = await front.read(account, lambda: desk.target(account))
        tried = await desk.try_out(target, front.poster)
    finally:
        front.trying.discard(account)
    posted = tried.posted
    return answer(
        schemas.WebhookTried(
            data=schemas.Tried(
                event=tried.event,
                taken=posted.is_taken,
                http_status=posted.status,
                error=posted.error,
                answer=posted.answer,
                took_ms=posted.took_ms,
            )
        )
    )


async def attempts(front: Front, call: Call) -> Answer:
    """List the attempts that are kept, newest first."""
    account = (await admit_reader(front, call)).account
    query = read_query(call)
    before = check_whole(query.get("before") or NUMBER_MAX, "before", least=1, most=NUMBER_MAX)
    limit = check_whole(query.get("limit") or LIST_PAGE, "limit", least=1, most=LIST_PAGE)
    queries = front.system.queries
    rows = await front.read(
        account, lambda: queries.webhook_attempts(account, before=before, limit=limit)
    )
    return answer(
        schemas.Attempts(
            data=[
                schemas.Attempt(
                    number=row.number,
                    event=row.event,
                    sequence=row.sequence,
                    type=row.type,  # type: ignore[arg-type]  # a word of the closed set
                    at=iso_time(row.at),
                    http_status=row.status,
                    error=row.error,
                    answer=row.answer,
                    took_ms=row.took_ms,
                )
                for row in rows
            ]
        )
    )


def _after(fields: Fields) -> int:
    require(fields, "after")
    return check_whole(fields["after"], "after", least=0, most=NUMBER_MAX)


def _actor(principal: Principal) -> Actor:
    return Actor.of(principal.account, key_id=principal.key_id)


async def _shown(front: Front, account: int, *, secret: str | None = None) -> Answer:
    desk = front.system.webhook_desk
    found = await front.read_newest(account, READ_MODEL, lambda: desk.shown(account))
    return answer(schemas.WebhookShown(data=_webhook(found, secret)))


def _webhook(found: ShownWebhook, secret: str | None) -> schemas.Webhook:
    row = found.row
    return schemas.Webhook(
        url=found.url,
        events=[each.value for each in row.types],
        state=row.state,  # type: ignore[arg-type]  # a word of the closed set
        delivered=row.delivered,
        newest=row.last,
        failed_tries=row.tries,
        next_try_at=iso_time_or_none(found.next_try_at),
        old_secret_until=iso_time_or_none(found.old_secret_until),
        secret=secret,
    )
