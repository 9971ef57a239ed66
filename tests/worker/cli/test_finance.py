"""Statements come in from the command line: each line once, and the books add up."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.invariants import violations_in
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending

HEAD = "Id,Date,Status,From,Amount,Fee,Balance"
ROWS = (
    "11,2026-02-01 08:00:00,Successful,260971234567,50.00,1.00,149.00",
    "12,2026-02-01 09:00:00,Successful,260961234567,20.00,0,169.00",
    "13,2026-02-02 09:00:00,Successful,260961234567,5.00,0,174.00",
    "14,2026-02-03 09:00:00,Successful,260961234567,6.00,0,180.00",
)


@pytest.fixture
def made(cli: Cli) -> Cli:
    cli.migrate()
    return cli


def written(cli: Cli, *rows: str, head: str = HEAD) -> Path:
    path = cli.folder.parent / f"{len(rows)}-{abs(hash(rows))}.csv"
    path.write_text("\n".join((head, *rows)))
    return path


def brought(cli: Cli, *rows: str, more: tuple[str, ...] = ()) -> dict[str, Any]:
    """Import a file of these rows for our wallet with MTN."""
    path = written(cli, *rows)
    found: dict[str, Any] = cli.json(
        "finance", "import", path, "--provider", "mtn", "--wallet", "main", *more
    )
    return found


def is_sound(cli: Cli) -> bool:
    with sending(cli.folder, credits=1) as sender:
        return violations_in(sender.system.store) == []


def test_an_import_adds_its_lines_and_says_what_they_come_to(made: Cli) -> None:
    answer = brought(made, *ROWS[:2])
    assert answer == answer | {
        "statement_id": "stm_1",
        "template": "mtn",
        "lines": 2,
        "added": 2,
        "known": 0,
        "refused": [],
        "opening_ngwee": 10_000,
        "total_ngwee": 6_900,
        "closing_ngwee": 16_900,
        "balanced": True,
        "contiguous": True,
        "gaps": [],
    }
    assert is_sound(made)


def test_again_or_longer_adds_only_what_is_new(made: Cli) -> None:
    brought(made, *ROWS[:2])
    again = brought(made, *ROWS[:2])
    assert (again["statement_id"], again["added"], again["known"]) == ("stm_1", 0, 2)
    longer = brought(made, *ROWS[:3])
    assert (longer["statement_id"] != "stm_1", longer["added"], longer["known"]) == (True, 1, 2)
    assert (longer["balanced"], longer["contiguous"]) == (True, True)
    assert is_sound(made)


def test_a_gap_between_files_is_told_until_it_is_filled(made: Cli) -> None:
    brought(made, ROWS[0])
    apart = brought(made, ROWS[3])
    assert (apart["contiguous"], apart["balanced"]) == (False, True)
    assert apart["gaps"] == [
        {"after": "2026-02-01T06:00:00.000000Z", "before": "2026-02-03T07:00:00.000000Z"}
    ]
    filled = brought(made, *ROWS[1:3])
    assert (filled["contiguous"], filled["gaps"]) == (True, [])
    assert is_sound(made)


def test_a_dry_run_adds_nothing(made: Cli) -> None:
    brought(made, ROWS[0])
    dry = brought(made, *ROWS[:2], more=("--dry-run",))
    assert (dry["statement_id"], dry["added"], dry["known"]) == (None, 1, 1)
    assert brought(made, *ROWS[:2])["added"] == 1


def test_refused_rows_are_listed_and_come_in_once_they_are_mended(made: Cli) -> None:
    broken = ROWS[1].replace("20.00", "20,00").replace("20,00", '"20,00"')
    answer = brought(made, ROWS[0], broken)
    assert answer["refused"] == [
        {"row": 3, "reason": "The column amount is no amount such as 1,250.00."}
    ]
    assert (answer["added"], answer["balanced"]) == (1, False)
    mended = brought(made, *ROWS[:2])
    assert (mended["added"], mended["known"], mended["balanced"]) == (1, 1, True)
    assert is_sound(made)


def test_a_row_that_shows_a_transaction_once_more_is_an_exception_once(made: Cli) -> None:
    for _ in range(2):
        answer = brought(made, ROWS[0], ROWS[0], ROWS[1])
        reason = "An earlier row shows the same transaction."
        assert answer["refused"] == [{"row": 3, "reason": reason}]
    (found,) = made.json("finance", "exceptions", "--kind", "duplicate_row")["exceptions"]
    assert (found["what"], found["amount_ngwee"]) == ("mtn/main/11", 4_900)
    assert is_sound(made)


def test_a_line_that_changed_since_an_earlier_file_is_refused(made: Cli) -> None:
    brought(made, ROWS[0])
    changed = brought(made, ROWS[0].replace("50.00", "60.00"))
    assert (changed["added"], changed["balanced"]) == (0, False)
    assert changed["refused"] == [
        {"row": 2, "reason": "An earlier statement shows another amount for this transaction."}
    ]
    assert is_sound(made)


def test_a_file_belongs_to_one_wallet_and_to_the_past(made: Cli) -> None:
    brought(made, ROWS[0])
    call = ("finance", "import")
    other = ("--provider", "mtn", "--wallet", "other")
    assert made.refusal(*call, written(made, ROWS[0]), *other) == (
        "This file was imported for mtn/main."
    )
    late = written(made, ROWS[0].replace("2026", "2999"))
    assert "a time to come" in made.refusal(*call, late, *other)


def test_people_see_tables_with_amounts_and_reasons(made: Cli) -> None:
    path = written(made, ROWS[0], ROWS[1].replace("Successful", "Odd"))
    shown = made.run("finance", "import", path, "--provider", "mtn", "--wallet", "main").stdout
    for words in ("Imported as stm_1.", "K149.00", "why it was refused", "is not known"):
        assert words in shown


def test_a_template_is_made_for_a_file_that_none_fits(made: Cli) -> None:
    head, row = "When;Reference;How much;Balance", "01/02/2026;A1;K50;K150"
    path = written(made, row, head=head)
    call = ("finance", "import", path, "--provider", "other", "--wallet", "main")
    assert "When, Reference, How much, Balance" in made.refusal(*call)
    proposed = made.run("finance", "templates", path).stdout
    assert 'balance = "Balance"' in proposed
    toml = made.folder.parent / "other.toml"
    columns = 'id = "Reference"\ndate = "When"\namount = "How much"\nbalance = "Balance"\n'
    toml.write_text(f'order = "dmy"\n[columns]\n{columns}')
    assert "--date-format" in made.refusal(*call, "--template", toml)
    answer = made.json(*call, "--template", toml, "--date-format", "dmy")
    assert (answer["template"], answer["added"], answer["opening_ngwee"]) == ("other", 1, 10_000)
    toml.write_text("columns = 5")
    assert "is no template" in made.refusal(*call, "--template", toml)


def test_the_templates_are_listed(made: Cli) -> None:
    assert [one["template"] for one in made.json("finance", "templates")] == [
        *("mtn", "airtel", "zamtel", "pawapay")
    ]
    assert "pawaPay's wallet statement" in made.run("finance", "templates").stdout
