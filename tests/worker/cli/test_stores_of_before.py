"""A store of every version before is brought up and read; one of a later version is left alone."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from adapters.backup import Archive
from adapters.backup.archive import write_archive
from adapters.security.hashing import Argon2KeyHasher
from adapters.security.secret import keep_private
from adapters.settings import Settings
from adapters.store.schema import SCHEMA_VERSION
from adapters.writer_key import own_key_file
from api.app import create_app
from tests.api.conftest import Client, served
from tests.support.store_corpus import PASSWORD, Kept, kept
from tests.support.system import running_system
from tests.tidy.sources import ROOT
from tests.worker.cli.commands import Cli

LATER = "was written by a newer version of ngoma"
ALL = pytest.mark.parametrize("store", kept(), ids=lambda each: each.folder.name)


def keep_key(store: Kept, cli: Cli) -> None:
    """Put the key of the store's writer where the gateway looks for it."""
    keep_private(own_key_file(Settings(data_dir=cli.folder)), store.writer_key.read_text())


def unpack(store: Kept, cli: Cli) -> None:
    """Lay the data folder of that version out, as it was when the backup was made."""
    cli.folder.mkdir()
    keep_key(store, cli)
    keep_secret(store, cli)
    with Archive.opened(store.backup) as archive:
        archive.extract_store(cli.folder / "store.db", lambda _done, _total: None)


def keep_secret(store: Kept, cli: Cli) -> None:
    with Archive.opened(store.backup) as archive:
        keep_private(cli.folder / "secrets" / "server", archive.secret() or "")


def seen(cli: Cli, store: Kept) -> Mapping[str, Any]:
    """Give what the version of today says of the same things."""
    said = store.said
    return {
        "accounts": sorted(row["name"] for row in cli.json("account", "list")),
        "wallets": {n: cli.json("wallet", "show", n)["available"] for n in said["wallets"]},
        "messages": {n: cli.json("message", "show", n)["state"] for n in said["messages"]},
    }


def must_be_whole(cli: Cli, store: Kept) -> None:
    """See that all of it is there, in order, and that people and programs come in."""
    assert {**store.said, **seen(cli, store)} == store.said
    assert cli.json("audit", "verify", code=3)["faults"] == []
    cli.run("doctor", "--whole", "--json")
    with (
        running_system(cli.folder, hasher=Argon2KeyHasher()) as system,
        served(create_app(system), system) as url,
        Client(url) as client,
    ):
        key = store.said["api_key"]
        assert client.get("/api/balance", params={"api_key": key}).status_code == 200
        person = {"email": "kept@example.com", "password": PASSWORD}
        assert client.post_json("/api/v1/auth/login", person).status_code == 200


@ALL
@pytest.mark.slow
def test_it_is_brought_up_and_says_what_it_said(store: Kept, cli: Cli) -> None:
    unpack(store, cli)
    assert (cli.json("migrate")["store"] == "unchanged") == (store.said["schema"] == SCHEMA_VERSION)
    must_be_whole(cli, store)


@ALL
@pytest.mark.slow
def test_a_backup_of_it_is_restored(store: Kept, cli: Cli) -> None:
    keep_key(store, cli)
    assert cli.json("restore", store.backup, "--check")["problems"] == []
    assert cli.json("restore", store.backup)["held"] == []
    must_be_whole(cli, store)


@ALL
def test_its_keys_are_never_made_anew(store: Kept, cli: Cli) -> None:
    unpack(store, cli)
    (cli.folder / "secrets" / "server").unlink()
    assert "is missing: restore it" in cli.refusal("migrate")
    own_key_file(Settings(data_dir=cli.folder)).unlink()
    keep_secret(store, cli)
    assert "is missing" in cli.refusal("migrate")


def test_each_version_that_was_released_has_one_and_so_have_the_tables_of_today() -> None:
    headings = (ROOT / "CHANGELOG.md").read_text().splitlines()
    released = {line.split("[")[1].split("]")[0] for line in headings if line.startswith("## [")}
    assert released - {"Unreleased"} <= {each.said["ngoma"] for each in kept()}
    assert SCHEMA_VERSION in {each.said["schema"] for each in kept()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("migrate",),
        ("serve", "--port", "0"),
        ("serve", "--role", "api", "--port", "0"),
        ("account", "list"),
        ("account", "create", "A", "--email", "a@b.c"),
    ],
    ids=" ".join,
)
@pytest.mark.slow
def test_a_store_of_a_later_version_is_left_as_it_is(cli: Cli, arguments: tuple[str, ...]) -> None:
    cli.migrate()
    path = cli.folder / "store.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE schema_version SET version = version + 1")
        file.commit()
    before = path.read_bytes()
    refusal = cli.run(*arguments, code=1).stderr
    assert LATER in refusal
    assert "Traceback" not in refusal
    assert path.read_bytes() == before
    (said,) = [each for each in cli.json("doctor", code=1) if each["check"] == "store"]
    assert LATER in said["words"]


def test_a_backup_of_a_later_version_is_neither_made_nor_restored(cli: Cli, tmp_path: Path) -> None:
    cli.migrate()
    cli.run("backup", "create", tmp_path / "backup.zip")
    with Archive.opened(tmp_path / "backup.zip") as archive:
        said = asdict(archive.manifest) | {"schema": SCHEMA_VERSION + 1}
    for name in ("format", "members", "missing"):
        del said[name]
    path, later = cli.folder / "store.db", tmp_path / "later.zip"
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE schema_version SET version = version + 1")
        file.commit()
    write_archive(later, {"store.db": path}, lambda _done, _total: None, **said)
    assert LATER in cli.run("backup", "create", tmp_path / "another.zip", code=1).stderr
    new = Cli(tmp_path / "new")
    for arguments in (["restore", later, "--check"], ["restore", later]):
        (problem,) = new.json(*arguments, code=1)["problems"]
        assert LATER in problem
