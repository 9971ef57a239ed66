"""``ngoma key``: the API keys of accounts; a key itself is shown once and stored nowhere."""

import click

from application.ports import CredentialRow
from application.ports.queries import KeyRow
from domain.errors import NotFound
from domain.key_rules import KEY_ID_CHARACTERS, Scope, check_source, read_scopes
from domain.mode import Mode
from worker.cli.gateway import Gateway, opened
from worker.cli.group import Group
from worker.cli.options import (
    ACCOUNT,
    NAME,
    Place,
    example,
    json_option,
    key_id,
    kind,
    place_options,
)
from worker.cli.output import clock_time, moment, print_json, print_table


@click.group(cls=Group)
def key() -> None:
    """Issue, replace, revoke and list API keys.

    A KEY_ID is the first 8 characters of the key.
    """


@key.command("issue", epilog=example("ngoma key issue 1 --name 'till 2' --scope send"))
@click.argument("account", type=ACCOUNT)
@click.option("--name", type=NAME, required=True, help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    help="What it may do; without it, all that a key can.",
)
@click.option(
    "--source",
    "sources",
    type=kind(check_source),
    multiple=True,
    help="Address or network (CIDR) that it may come from; without it, anywhere.",
)
@click.option(
    "--test", "is_test", is_flag=True, help="For tests: nothing is sent, nothing is charged."
)
@json_option
@place_options
def issue(
    place: Place,
    account: int,
    name: str,
    scopes: tuple[str, ...],
    sources: tuple[str, ...],
    *,
    is_test: bool,
    as_json: bool,
) -> None:
    """Give an account another key; the others go on working."""
    from application.accounts import IssueKey

    mode = Mode.TEST if is_test else Mode.LIVE
    with opened(place) as gateway:
        made, new_key = gateway.system.keyring.make(name, scopes=scopes, sources=sources, mode=mode)
        gateway.run(IssueKey(account, new_key, revoke=None, actor=gateway.actor, at=gateway.now()))
    _show(account, made, as_json=as_json)


@key.command("regenerate", epilog=example("ngoma key regenerate 4K7QX0PA"))
@click.argument("name", metavar="KEY_ID", type=key_id)
@json_option
@place_options
def regenerate(place: Place, name: str, *, as_json: bool) -> None:
    """Replace a key: the new one works and the old one ends at the same moment."""
    from application.accounts import IssueKey

    with opened(place) as gateway:
        row = _find(gateway, name)
        scopes, mode = read_scopes(row.scopes)
        made, new_key = gateway.system.keyring.make(
            row.name, scopes=scopes, sources=row.sources.split(), mode=mode
        )
        gateway.run(
            IssueKey(row.account, new_key, revoke=name, actor=gateway.actor, at=gateway.now())
        )
    _show(row.account, made, as_json=as_json)


@key.command("revoke", epilog=example("ngoma key revoke 4K7QX0PA"))
@click.argument("name", metavar="KEY_ID", type=key_id)
@json_option
@place_options
def revoke(place: Place, name: str, *, as_json: bool) -> None:
    """End a key for good: nothing is accepted with it from now on."""
    from application.accounts import RevokeKey

    with opened(place) as gateway:
        row = _find(gateway, name)
        gateway.run(RevokeKey(row.account, name, actor=gateway.actor, at=gateway.now()))
    if as_json:
        print_json({"account_id": row.account, "key_id": name, "revoked": True})
    else:
        click.echo(f"Key {name} of account {row.account} has ended.")


@key.command("list", epilog=example("ngoma key list 1"))
@click.argument("account", type=ACCOUNT)
@json_option
@place_options
def list_keys(place: Place, account: int, *, as_json: bool) -> None:
    """List an account's keys, oldest first, also those that have ended."""
    with opened(place) as gateway:
        gateway.look("keys", account)
        queries = gateway.reading("directory")
        if queries.account(account) is None:
            msg = "No such account."
            raise NotFound(msg)
        rows = queries.keys(account)
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    print_table(
        [
            "key id",
            "name",
            "mode",
            "may",
            "from",
            "issued (UTC)",
            "last used (UTC)",
            "revoked (UTC)",
        ],
        [
            [
                row.key_id,
                row.name,
                read_scopes(row.scopes)[1],
                " ".join(read_scopes(row.scopes)[0]) or "all",
                row.sources or "anywhere",
                clock_time(row.issued_at),
                clock_time(row.used_at),
                clock_time(row.revoked_at),
            ]
            for row in rows
        ],
    )


def _find(gateway: Gateway, key_id: str) -> CredentialRow:
    row = gateway.system.store.credential(key_id)
    if row is None:
        msg = "No such key."
        raise NotFound(msg)
    return row


def _as_json(row: KeyRow) -> dict[str, object]:
    scopes, mode = read_scopes(row.scopes)
    return {
        "key_id": row.key_id,
        "account_id": row.account,
        "name": row.name,
        "mode": mode,
        "scopes": scopes,
        "sources": (row.sources or "").split(),
        "issued_at": moment(row.issued_at),
        "last_used_at": moment(row.used_at),
        "revoked_at": moment(row.revoked_at),
    }


def _show(account: int, made: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"account_id": account, "key_id": made[:KEY_ID_CHARACTERS], "api_key": made})
        return
    click.echo(f"API key of account {account}: {made}")
    click.echo("It is shown this one time: keep it now.", err=True)
