"""Tables at 80 columns: no word is broken, and none is missing."""

from pathlib import Path

import pytest

from domain.causes import OwnCause
from domain.reports import Accepted
from domain.roles import Role
from tests.support.incoming import receive
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending
from tests.worker.cli.people import team
from worker.cli import output

NARROW = 80
COMMANDS = (
    "account list",
    "approval list",
    "audit keys",
    "audit holds --older-than 0",
    "audit ledger",
    "audit manual",
    "audit trial-balance",
    "approval show 2",
    "backup list",
    "clock show",
    "config show",
    "finance ageing --as-of 2099-01-01",
    "finance periods",
    "finance sheet --date 2026-02-01",
    "events list --limit 20",
    "finance templates",
    "key list 1",
    "look list",
    "message inbound --unowned --reveal --reason why",
    "message list",
    "message show 1",
    "modem list",
    "keyword list 1",
    "modem show 1",
    "modem segments",
    "phone list",
    "prices list",
    "projections status",
    "role list",
    "sender-id list",
    "suppression list",
    "number list",
    "topup list",
    "wallet show 1",
    "wallet statement 3",
)
ELSEWHERE = (
    "audit replay, and what differs: test_audit_replay.py",
    "audit replay, and what differs: test_audit_replay.py",
    "audit frozen: test_finance_days.py",
    "modem probe: test_modem.py",
    "modem scan: test_modem.py",
    "modem ussd: test_modem.py",
    "finance import, what came in: test_finance.py",
    "finance import, what was refused: test_finance.py",
    "message explain, in the log and in the books: test_evidence.py",
    "message explain, in the log and in the books: test_evidence.py",
    "topup explain, on the wire: test_evidence.py",
    "finance match: test_finance_work.py",
    "finance exceptions: test_finance_work.py",
    "webhook attempts: test_webhook.py",
)


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Give a gateway with something in every list, and long words in most."""
    found = Cli(tmp_path_factory.mktemp("tables") / "data")
    team(found, ann=Role.ADMIN, bob=Role.FINANCE_REVIEWER)
    with sending(found.folder) as sender:
        account = sender.account
        for _ in range(2):
            sender.attempt(sender.send(), Accepted(7))
        sender.send("+260961234567", "+260961234568")
        found.run("account", "create", "An Importer of Tinned Fish", "--email",
                  "the.bookkeeper@importers-of-tinned-fish.example", "--credits", 7,
                  "--sender-id", "TINNED FISH")  # fmt: skip
        found.run("wallet", "adjust", account, -20, "--reason", "counted twice on the third of May")
        found.run("wallet", "grant", account, 250_000, "--reason", "paid by bank transfer, slip 7")
        found.run("message", "show", 1, "--reveal", "--reason", "complaint seventeen")
        text = "Please tell the bookkeeper of the importers " * 5
        receive(sender.system, "+260961234567", text, account=account)
        receive(sender.system, "InfoTinFish", "Unsubscribe", account=None)
        found.run("suppression", "add", "0961234567", "--account", account,
                  "--reason", "asked by telephone on the third of May")  # fmt: skip
        found.run("number", "override", "0961234567", "airtel",
                  "--reason", "the network's list of the third of May")  # fmt: skip
        found.run("prices", "publish", "--per-credit", "0.50", "--pack", "starter=120/50.00",
                  "--pack", "family=1200/480.00", "--reason", "prices of the year")  # fmt: skip
        lines = found.folder.parent / "lines.csv"
        lines.write_text(
            "Id,Date,Status,From,Amount,Fee,Balance\n"
            "11,2026-02-01 08:00:00,Successful,260971234567,98765.43,0,123456.78\n"
        )
        of = ("--provider", "a-provider-of-mobile-money", "--wallet", "main-wallet")
        found.run("finance", "import", lines, *of, "--template", "mtn")
        found.run("finance", "sign", "--date", "2026-02-01", *of, "--note", "as told by telephone")
        found.run("keyword", "set", account, "OPENING", "--answer",
                  "The importers of tinned fish are open from eight to five")  # fmt: skip
        found.run("modem", "quarantine", 1, "--reason", f"too many of {OwnCause.NO_ANSWER}")
        found.run("prices", "publish", "--per-credit", "1,234.50", "--vat", 16, "--reason", "r",
                  "--pack", "importers-and-wholesalers=250000/98,765.43")  # fmt: skip
    return found


def words(text: str) -> set[str]:
    """Give all words but those of the time at which it was printed."""
    lines = [line for line in text.splitlines() if not line.startswith("It is ")]
    return {word for line in lines for word in line.split() if set(word) != {"─"}}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.slow
def test_no_word_of_a_table_is_broken_at_80_columns(cli: Cli, command: str) -> None:
    wide = Cli(cli.folder, {"COLUMNS": "1000"}).run(*command.split())
    narrow = Cli(cli.folder, {"COLUMNS": str(NARROW)}).run(*command.split())
    assert words(wide.stdout) - words(narrow.stdout) == set()
    long = [line for line in narrow.stdout.splitlines() if len(line) > NARROW]
    assert [line for line in long if max(map(len, line.split())) < NARROW // 2] == []


def test_every_command_that_prints_a_table_is_tried() -> None:
    folder = Path(output.__file__).parent
    printing = sum(path.read_text().count("print_table(") for path in folder.glob("*.py"))
    assert printing - 1 == len(COMMANDS) + len(ELSEWHERE)
