"""``/api/v1/account`` and ``/api/v1/keys``: what an account says of itself, and its API keys."""

from typing import Any, Final, NamedTuple

from api import schemas
from api.http.fields import Fields, read_list
from api.http.presence import read_text, require
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_manager, admit_reader
from api.routing.front import Front
from application.accounts import (
    ChooseDefaultSender,
    ChooseLowBalance,
    ChooseQuietHours,
    IssueKey,
    NewKey,
    RevokeKey,
)
from application.accounts.principal import Principal
from application.books.actors import Actor
from application.books.contents import read_details
from application.ports import CredentialRow
from domain.account import Account, account_id
from domain.contents import Person, SenderIdRequest
from domain.credits import LOW_BALANCE_FIELD, check_low_balance
from domain.errors import InvalidRequest, NotFound, SenderIdNotApproved
from domain.key_rules import (
    Scope,
    check_no_wider,
    check_scopes,
    check_sources,
    is_key_id,
    read_scopes,
)
from domain.mode import Mode, check_mode
from domain.people import check_name
from domain.public_ids import iso_time, iso_time_or_none
from domain.quiet_hours import QuietHours, check_quiet_all, check_quiet_hours
from domain.roles import Role
from domain.sender_id_rules import check_sender_id
from domain.values import Instant
from domain.wallet import CreditWallet, wallet_id

NO_KEY: Final = "The account has no working key with this id."
KEY_ENDED: Final = "The key has ended."
CHANGEABLE: Final = frozenset({"default_sender_id", "quiet_hours", "quiet_all", LOW_BALANCE_FIELD})


# -- the account ------------------------------------------------------------------------------


async def account(front: Front, call: Call) -> Answer:
    """Show the account itself, from the log."""
    principal = await admit_reader(front, call)
    return await _shown(front, principal.account)


async def change_account(front: Front, call: Call) -> Answer:
    """Change the sender of messages that name none, when messages wait, and what is few."""
    principal, fields = await admit_manager(front, call)
    if fields.keys().isdisjoint(CHANGEABLE):
        msg = f"Nothing to change: name one of {', '.join(sorted(CHANGEABLE))}."
        raise InvalidRequest(msg)
    quiet = _read_quiet(fields)
    low_balance = check_low_balance(fields.get(LOW_BALANCE_FIELD))
    if "default_sender_id" in fields:
        await _choose_sender(front, principal, _sender_name(fields["default_sender_id"]))
    at, actor = front.system.clock.now(), _actor(principal)
    if quiet:
        await front.run(ChooseQuietHours(principal.account, quiet, actor=actor, at=at))
    if LOW_BALANCE_FIELD in fields:
        await front.run(ChooseLowBalance(principal.account, low_balance, actor=actor, at=at))
    return await _shown(front, principal.account)


async def _choose_sender(front: Front, principal: Principal, name: str | None) -> None:
    command = ChooseDefaultSender(
        principal.account, name, actor=_actor(principal), at=front.system.clock.now()
    )
    try:
        await front.run(command)
    except SenderIdNotApproved as error:
        raise InvalidRequest(str(error), field="default_sender_id") from error
    front.system.keyring.forget_account(principal.account)


def _read_quiet(fields: Fields) -> dict[str, Any]:
    """Read what is to change of the quiet hours; an empty dictionary is nothing."""
    quiet: dict[str, Any] = {}
    if "quiet_hours" in fields:
        hours = check_quiet_hours(fields["quiet_hours"])
        quiet["hours"] = hours and hours.written
    if "quiet_all" in fields:
        quiet["is_all"] = check_quiet_all(fields["quiet_all"])
    return quiet


def _sender_name(name: object) -> str | None:
    if name is None or name == "":
        return None
    try:
        return check_sender_id(name if isinstance(name, str) else "")
    except InvalidRequest as error:
        raise InvalidRequest(str(error), field="default_sender_id") from error


async def _shown(front: Front, number: int) -> Answer:
    system = front.system

    def look() -> schemas.OwnAccount:
        found = system.reader.find(Account, account_id(number))
        if found is None:
            msg = "No such account."
            raise NotFound(msg)
        wallet = system.reader.find(CreditWallet, wallet_id(number))
        person = read_details(Person, number, source=system.store)
        chosen = found.default_sender_id
        request = (
            SenderIdRequest()
            if chosen is None
            else read_details(SenderIdRequest, chosen, source=system.store)
        )
        return schemas.OwnAccount(
            id=number,
            name=person.name,
            email=person.email,
            roles=[Role(role) for role in found.roles],
            default_sender=system.keyring.default_sender(found),
            default_sender_id=request.name,
            limits=schemas.OwnLimits(**found.limits),
            daily_credits=found.daily_credits,
            low_balance_credits=None if wallet is None else wallet.low_balance,
            quiet_hours=_quiet_hours(found),
            quiet_all=found.quiet_all,
            suspended=found.suspended,
        )

    return answer(schemas.AccountShown(data=await front.read(number, look)))


def _quiet_hours(found: Account) -> schemas.QuietHours | None:
    if found.quiet_hours is None:
        return None
    hours = QuietHours.read(found.quiet_hours)
    return schemas.QuietHours(begins=hours.begins, ends=hours.ends)


# -- its keys ---------------------------------------------------------------------------------


async def keys(front: Front, call: Call) -> Answer:
    """List the account's working keys, oldest first, from the store itself."""
    principal, _ = await admit_manager(front, call)
    account = principal.account
    rows = await front.read(account, lambda: front.system.store.credentials_of(account))
    return answer(schemas.ApiKeys(data=[_key(row) for row in rows]))


async def issue_key(front: Front, call: Call) -> Answer:
    """Make another key; the others go on working."""
    principal, fields = await admit_manager(front, call)
    require(fields, "name")
    name = check_name(read_text(fields, "name"))
    wanted = _Wanted(
        name,
        check_scopes(_listed(fields, "scopes")),
        check_sources(_listed(fields, "sources")),
        check_mode(fields.get("mode")),
    )
    return await _issued(front, call, principal, wanted)


async def regenerate_key(front: Front, call: Call) -> Answer:
    """Replace a key by a new one with the same name, scopes, sources and mode."""
    principal, _ = await admit_manager(front, call)
    key_id = _key_id(call)
    row = await front.read(principal.account, lambda: front.system.store.credential(key_id))
    if row is None or row.account != principal.account or row.revoked_at is not None:
        raise NotFound(NO_KEY)
    scopes, mode = read_scopes(row.scopes)
    wanted = _Wanted(row.name, scopes, tuple(row.sources.split()), mode)
    return await _issued(front, call, principal, wanted, revoke=key_id)


async def end_key(front: Front, call: Call) -> Answer:
    """End a key for good."""
    principal, _ = await admit_manager(front, call)
    command = RevokeKey(
        principal.account, _key_id(call), actor=_actor(principal), at=front.system.clock.now()
    )
    await front.run(command)
    return answer(schemas.Done(message=KEY_ENDED))


class _Wanted(NamedTuple):
    """What a key is to be like."""

    name: str
    scopes: tuple[str, ...]
    sources: tuple[str, ...]
    mode: Mode


async def _issued(
    front: Front,
    call: Call,
    principal: Principal,
    wanted: _Wanted,
    *,
    revoke: str | None = None,
) -> Answer:
    name, scopes, sources, mode = wanted
    check_no_wider(sources, principal.sources)

    def make() -> tuple[str, NewKey]:
        return front.system.keyring.make(name, scopes=scopes, sources=sources, mode=mode)

    api_key, new_key = await front.people.hash(front.caller(call), make)
    at = front.system.clock.now()
    actor = _actor(principal)
    await front.run(IssueKey(principal.account, new_key, revoke=revoke, actor=actor, at=at))
    made = schemas.NewApiKey(key=_new_key(new_key, at), api_key=api_key)
    return answer(made, status=201)


def _actor(principal: Principal) -> Actor:
    return Actor.of(principal.account, key_id=principal.key_id)


def _key_id(call: Call) -> str:
    key_id = str(call.params["key_id"])
    if not is_key_id(key_id):
        raise NotFound(NO_KEY)
    return key_id


def _listed(fields: Fields, name: str) -> list[Any]:
    """Read a list of a few; one alone may stand without its list."""
    value = fields.get(name)
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return [value]
    entries = read_list(fields, name)
    if entries is None:
        msg = f"The {name} must be a list of strings."
        raise InvalidRequest(msg, field=name)
    return entries


def _key(row: CredentialRow) -> schemas.ApiKeyRow:
    scopes, mode = read_scopes(row.scopes)
    return schemas.ApiKeyRow(
        id=row.key_id,
        name=row.name,
        mode=mode,
        scopes=[Scope(scope) for scope in scopes],
        sources=row.sources.split(),
        created_at=iso_time(row.issued_at),
        last_used_at=iso_time_or_none(row.used_at),
    )


def _new_key(key: NewKey, at: Instant) -> schemas.ApiKeyRow:
    return schemas.ApiKeyRow(
        id=key.key_id,
        name=key.name,
        mode=key.mode,
        scopes=[Scope(scope) for scope in key.scopes],
        sources=list(key.sources),
        created_at=iso_time(at),
        last_used_at=None,
    )
