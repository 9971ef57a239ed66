"""``/api/v1/topups`` and ``/api/v1/prices``: what credits cost, and paying for them by phone."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from api import schemas
from api.http.fields import read_query
from api.http.presence import missing, read_text, require
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_manager, admit_reader
from api.routing.front import Front
from api.routing.idempotency import REPLAYED, read_idempotency_key
from application.accounts.quotes import prices_now
from application.books.actors import Actor
from application.money.providers import provider_for, wallet_network
from application.money.shown import TopUpShown, show_top_up, states_shown_as
from application.money.topups import RequestTopUp, TopUpWish
from application.money.turns import TURN
from application.ports import Job
from domain.errors import InvalidRecipient, InvalidRequest, NotFound
from domain.msisdn import Msisdn, normalise, wire
from domain.page_sizes import LIST_PAGE
from domain.payment.bounds import check_amount
from domain.payment.states import PUBLIC_STATE
from domain.public_ids import iso_time, iso_time_or_none, parse_top_up_id, top_up_id
from domain.values import Network
from domain.written import NUMBER_MAX, check_whole

PER_MINUTE: Final = 10
"""Top-ups that an account may ask for in a minute: each makes somebody's phone ring."""
NO_SUCH: Final = "No such top-up."


async def prices(front: Front, call: Call) -> Answer:
    """Say what credits cost this account now."""
    account = (await admit_reader(front, call)).account
    system = front.system
    found = await front.read(
        account, lambda: prices_now(system.reader, account, system.clock.now())
    )
    return answer(
        schemas.PricesShown(
            data=schemas.PricesInForce(
                price_list=found.version,
                ngwee_per_credit=found.ngwee_per_credit,
                vat_percent=found.vat_percent,
                packs=[
                    schemas.PackOffered(
                        name=pack.name, credits=pack.credits, amount_ngwee=pack.amount
                    )
                    for pack in found.packs
                ],
            )
        )
    )


async def request(front: Front, call: Call) -> Answer:
    """Ask for a top-up: the payer is asked for the PIN within a moment."""
    principal, fields = await admit_manager(front, call)
    system = front.system
    require(fields, "msisdn")
    payer = _payer(fields["msisdn"])
    network = _network(fields) or wallet_network(payer)
    provider = provider_for(system.mobile_money, network)
    wish = TopUpWish(
        account=principal.account,
        actor=Actor.of(principal.account, key_id=principal.key_id),
        **_bought(fields),
        payer=payer,
        network=network,
        provider=provider.traits.name,
        idempotency_key=read_idempotency_key(call),
        at=system.clock.now(),
    )
    await front.limit_account(front.caller(call), "topup", principal.account, PER_MINUTE)
    write = provider.traits.write_reference
    asked = await front.run(RequestTopUp(wish, write_reference=write))
    system.queue.enqueue(Job(TURN, (asked.number, 0)))
    shown = await front.read(principal.account, lambda: _found(front, asked.payment))
    headers = REPLAYED if asked.is_replayed else ()
    return answer(schemas.TopUpShown(data=_top_up(shown)), status=202, headers=headers)


async def top_up(front: Front, call: Call) -> Answer:
    """Say where one top-up stands."""
    account = (await admit_reader(front, call)).account
    number = parse_top_up_id(call.params["topup_id"])
    if number is None or number > NUMBER_MAX:
        raise NotFound(NO_SUCH)

    def look() -> TopUpShown:
        row = front.system.queries.top_up(number)
        if row is None or row.account != account:
            raise NotFound(NO_SUCH)
        return _found(front, UUID(row.payment))

    shown = await front.read_newest(account, "topups", look)
    return answer(schemas.TopUpShown(data=_top_up(shown)))


async def top_ups(front: Front, call: Call) -> Answer:
    """List the account's top-ups, newest first."""
    account = (await admit_reader(front, call)).account
    query = read_query(call)
    states = _states(query.get("state") or "")
    limit = check_whole(query.get("limit") or LIST_PAGE, "limit", least=1, most=LIST_PAGE)
    before = NUMBER_MAX
    if query.get("before"):
        found = parse_top_up_id(query["before"])
        if found is None:
            msg = "The before must be the id of a top-up, for example top_7."
            raise InvalidRequest(msg, field="before")
        before = found

    def look() -> list[TopUpShown]:
        rows = front.system.queries.top_ups(account, states, before=before, limit=limit)
        return [_found(front, UUID(row.payment)) for row in rows]

    shown = await front.read_newest(account, "topups", look)
    return answer(schemas.TopUps(data=[_top_up(one) for one in shown]))


# -- reading ------------------------------------------------------------------------------------


def _payer(written: object) -> Msisdn:
    if not isinstance(written, str | int) or isinstance(written, bool):
        msg = "The msisdn must be a phone number, for example 260977123456."
        raise InvalidRequest(msg, field="msisdn")
    try:
        return normalise(written)
    except InvalidRecipient as error:
        msg = str(error).replace("The recipient", "The msisdn")
        raise InvalidRequest(msg, field="msisdn") from error


def _network(fields: Mapping[str, Any]) -> Network | None:
    if missing(fields, "network"):
        return None
    try:
        return Network(read_text(fields, "network").lower())
    except ValueError as error:
        msg = f"The network must be one of {', '.join(Network)}."
        raise InvalidRequest(msg, field="network") from error


def _bought(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Read either an amount or a pack."""
    has_pack = not missing(fields, "pack")
    has_amount = not missing(fields, "amount_ngwee")
    if has_pack and has_amount:
        msg = "A top-up has an amount_ngwee or a pack, not both."
        raise InvalidRequest(msg, field="pack")
    if has_pack:
        return {"pack": read_text(fields, "pack"), "amount_ngwee": None}
    require(fields, "amount_ngwee")
    return {"pack": None, "amount_ngwee": check_amount(fields["amount_ngwee"])}


def _states(written: str) -> list[str]:
    if not written:
        return []
    found = states_shown_as(written.lower())
    if not found:
        choices = ", ".join(dict.fromkeys(PUBLIC_STATE.values()))
        msg = f"The state must be one of {choices}."
        raise InvalidRequest(msg, field="state")
    return list(found)


# -- showing ------------------------------------------------------------------------------------


def _found(front: Front, payment: UUID) -> TopUpShown:
    shown = show_top_up(front.system.reader, front.system.store, payment)
    if shown is None:
        raise NotFound(NO_SUCH)
    return shown


def _top_up(shown: TopUpShown) -> schemas.TopUp:
    failure = shown.failure
    return schemas.TopUp(
        topup_id=top_up_id(shown.number),
        state=shown.state,  # type: ignore[arg-type]  # one of the literals
        amount_ngwee=shown.amount_ngwee,
        credits=shown.credits,
        price_list=shown.price_list,
        msisdn=wire(Msisdn(shown.msisdn)) if shown.msisdn else None,
        network=Network(shown.network),
        provider=shown.provider,
        receipt=shown.receipt,
        created_at=iso_time(shown.created_at),
        confirmed_at=iso_time_or_none(shown.confirmed_at),
        failure=schemas.TopUpFailure(code=failure.code, message=failure.message)
        if failure
        else None,
    )
