"""The page of the replay: what an account has by the log, and from where on it is not shown."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from application.audit import one_account
from tests.api.pages.browser import seen
from tests.api.pages.offices import Office, an_office
from tests.api.pages.test_frame import check

PATH = "/audit/replay"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def office(folder: Path) -> Iterator[Office]:
    with an_office(folder) as made:
        made.gateway.send()
        yield made


def change(folder: Path, file: str, statement: str, *values: object) -> None:
    """Change a store; whatever refuses that goes first."""
    with closing(sqlite3.connect(folder / file, isolation_level=None, timeout=20)) as opened:
        for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            opened.execute(f"DROP TRIGGER {name}")
        assert opened.execute(statement, values).rowcount > 0


def test_the_replay_of_an_account_is_what_it_is_shown_and_on_record(office: Office) -> None:
    eve, account = office.at["eve"], office.gateway.account
    assert "Name an account" in seen(eve.get(PATH))
    page = eve.get(f"{PATH}?account_id={account}")
    check(page)
    assert "Equal, up to position" in seen(page)
    rows = {row["account"]: row for row in office.rows("eve", f"{PATH}?account_id={account}")}
    available = rows[f"account {account}: available"]
    assert (available["by_log"], available["there"], available["equal"]) == ("999", "999", "equal")
    assert rows[f"Liabilities:Credits:Acct-{account}:Available"]["by_log"] == "-999"
    assert {row["equal"] for row in rows.values()} == {"equal"}
    assert "replay" in office.looks()
    assert "Equal" in seen(eve.get(f"{PATH}?account_id={account}&as_of=2126-01-01"))
    assert office.rows("eve", f"{PATH}?account_id={account}&as_of=2020-01-01") == []


def test_what_is_shown_otherwise_is_found_with_the_event_where_it_begins(
    office: Office, folder: Path
) -> None:
    account = office.gateway.account
    name = f"Liabilities:Credits:Acct-{account}:Available"
    address = f"{PATH}?account_id={account}"
    assert "Equal" in seen(office.at["eve"].get(address))
    change(
        folder, "read.db", "UPDATE ledger_accounts SET amount = amount + 1 WHERE account = ?", name
    )
    words = seen(office.at["eve"].get(address))
    assert "Not equal" in words
    assert "The read model ledger differs" in words
    assert "it is a sum that was not kept as it should be" in words
    differing = [row for row in office.rows("eve", address) if row["equal"] == "differs"]
    assert [(row["account"], row["by_log"], row["there"]) for row in differing] == [
        (name, "-999", "-998")
    ]


def test_an_event_that_was_changed_is_named(office: Office, folder: Path) -> None:
    account = office.gateway.account
    address = f"{PATH}?account_id={account}"
    assert "Equal" in seen(office.at["eve"].get(address))
    change(
        *(folder, "store.db"),
        "UPDATE stored_events SET state = CAST("
        "replace(CAST(state AS TEXT), '\"credits\":1000', '\"credits\":1001') AS BLOB)"
        " WHERE topic = 'CreditWallet.Granted' AND CAST(state AS TEXT) LIKE '%\"credits\":1000%'",
    )
    words = seen(office.at["eve"].get(address))
    assert "The read model ledger differs" in words
    assert "CreditWallet.Granted" in words
    assert f"Acct-{account}:Available -1001" in words
    assert "The read model balances differs" in words
    change(
        *(folder, "store.db"),
        "UPDATE stored_events SET state = CAST('{}' AS BLOB) WHERE topic = 'CreditWallet.Granted'",
    )
    answer = office.at["eve"].get(address)
    assert answer.status_code == 200
    assert "It cannot be replayed: the event at position" in seen(answer)


def test_a_log_that_is_too_long_for_a_page_is_said_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.audit.posting.PAGE", 1)
    monkeypatch.setattr(one_account, "PAGE", 1)
    monkeypatch.setattr(one_account, "EVENTS_MAX", 1)
    words = seen(office.at["eve"].get(f"{PATH}?account_id={office.gateway.account}"))
    assert "too many for a page" in words
    assert f"ngoma audit replay --account {office.gateway.account}" in words


def test_what_is_no_account_or_no_day_is_refused(office: Office) -> None:
    for odd in ("x", "0", "-1", "9" * 5_000):
        assert office.at["eve"].get(f"{PATH}?account_id={odd}").status_code == 422, odd
    assert office.at["eve"].get(f"{PATH}?account_id=1&as_of=x").status_code == 422
    nobody = office.at["eve"].get(f"{PATH}?account_id=999999")
    assert nobody.status_code == 200
    assert "Nothing is like that." in seen(nobody)
    assert office.at["reviewer"].get(f"{PATH}?account_id=1").status_code == 403
