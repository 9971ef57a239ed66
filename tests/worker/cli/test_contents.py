"""Personal data is erased when its time is over and when somebody asks, by whoever may."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.modems.simulated.network_log import FileNetworkLog, SegmentOnAir, forget_segments
from application.accounts import ChangeRole
from application.accounts.reveal import RevealMessage
from application.books.actors import Actor
from application.retention.erasure import EraseAccount, EraseMessages
from domain.auditor_read import AuditorRead
from domain.contents import ContentKind
from domain.errors import NotPermitted
from domain.message import Extent, Message, message_id
from domain.reports import Accepted
from domain.roles import Role
from domain.values import Instant
from tests.support.system import create_account
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import RECIPIENT, TEXT, Sender, sending

WRITTEN = ("0961234567", "+260 96 123 4567", "260961234567", "096-123-4567")


@contextmanager
def sent(cli: Cli, *recipients: str) -> Iterator[tuple[Sender, int]]:
    """Give a gateway with one message that has left."""
    with sending(cli.folder) as sender:
        number = sender.send(*recipients)
        for place in range(max(1, len(recipients))):
            sender.attempt(number + place, Accepted(place))
        yield sender, number


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.slow
def test_messages_to_a_number_are_erased_however_it_is_written(cli: Cli, written: str) -> None:
    with sent(cli, RECIPIENT, "+260961234568") as (sender, number):
        done = cli.json("contents", "purge", "--number", written, "--reason", "request 1")
        assert (done["messages"], done["left_open"]) == (1, 0)
        assert sender.system.store.content(ContentKind.MESSAGE, number) is None
        assert sender.system.store.content(ContentKind.MESSAGE, number + 1) is not None
        event = sender.system.reader.events(message_id(number))[-1]
        assert isinstance(event, Message.ContentErased)
        assert (event.what, event.actor[:3]) == ("all", "os:")
        reason = sender.system.store.content(
            ContentKind.REASON, int(str(event.reason).partition("/")[0])
        )
        assert reason is not None
        assert reason.body == "request 1"
        again = cli.json("contents", "purge", "--number", written, "--reason", "request 1")
        assert again["messages"] == 0


def test_a_message_that_is_still_to_be_sent_is_never_erased(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        number = sender.send()
        assert "still to be sent" in cli.refusal(
            "contents", "purge", "--message", number, "--reason", "r"
        )
        done = cli.json("contents", "purge", "--number", RECIPIENT, "--reason", "r")
        assert (done["messages"], done["left_open"]) == (0, 1)
        assert sender.system.store.content(ContentKind.MESSAGE, number) is not None
        refused = cli.refusal("contents", "purge", "--account", sender.account, "--reason", "r")
        assert "still to be sent" in refused


def test_an_account_with_credits_is_not_erased(cli: Cli) -> None:
    with sent(cli) as (sender, number):
        refused = cli.refusal("contents", "purge", "--account", sender.account, "--reason", "r")
        assert "99 credits" in refused
        assert sender.system.store.content(ContentKind.MESSAGE, number) is not None
        cli.run("wallet", "adjust", sender.account, -99, "--reason", "paid out")
        done = cli.json("contents", "purge", "--account", sender.account, "--reason", "r")
        assert (done["accounts"], done["messages"]) == (1, 1)
        account = cli.json("account", "list")[0]
        assert (account["name"], account["email"], account["suspended"]) == (None, None, True)
        assert all(key["revoked_at"] for key in cli.json("key", "list", sender.account))
        again = cli.json("contents", "purge", "--account", sender.account, "--reason", "r")
        assert (again["accounts"], again["messages"]) == (0, 0)


def test_a_dry_run_counts_and_changes_nothing(cli: Cli) -> None:
    with sent(cli) as (sender, number):
        head = sender.system.store.head()
        done = cli.json("contents", "purge", "--number", RECIPIENT, "--reason", "r", "--dry-run")
        assert (done["messages"], done["dry_run"]) == (1, True)
        assert sender.system.store.content(ContentKind.MESSAGE, number) is not None
        assert sender.system.store.head() == head


def test_a_request_says_who_and_why_and_does_not_keep_the_number(cli: Cli) -> None:
    with sending(cli.folder):
        for words in (["--number", RECIPIENT], ["--reason", "r"]):
            assert "--reason" in cli.refusal("contents", "purge", *words, code=2)
        both = ["--number", RECIPIENT, "--message", 1, "--reason", "r"]
        assert "Give one of" in cli.refusal("contents", "purge", *both, code=2)
        kept = cli.refusal(
            "contents", "purge", "--number", RECIPIENT, "--reason", "of 096 123 4567"
        )
        assert "must not hold the number" in kept
        assert "not a Zambian mobile number" in cli.refusal(
            "contents", "purge", "--number", "0211123456", "--reason", "r"
        )


def test_without_a_selection_the_retention_of_the_settings_is_applied(cli: Cli) -> None:
    with sent(cli):
        done = cli.json("contents", "purge")
        assert (done["texts"], done["messages"]) == (0, 0)
        assert any("read.db was emptied" in sentence for sentence in done["files"])


def test_who_has_no_duty_to_erase_does_not(cli: Cli) -> None:
    with sent(cli) as (sender, number):
        other, _ = create_account(sender.system, name="Other")
        with pytest.raises(NotPermitted):
            sender.system.committer.execute(
                EraseMessages(
                    [number],
                    what=Extent.ALL,
                    actor=Actor.of(other),
                    reason="r",
                    at=sender.system.clock.now(),
                )
            )
        assert sender.system.store.content(ContentKind.MESSAGE, number) is not None


def test_an_admin_erases_what_is_of_others_but_nothing_of_their_own(cli: Cli) -> None:
    with sent(cli) as (sender, number):
        run, now = sender.system.committer.execute, sender.system.clock.now()
        admin, _ = create_account(sender.system, name="Admin")
        role = ChangeRole(admin, Role.ADMIN, is_grant=True, actor=Actor("os:t"), reason="r", at=now)
        assert run(role).entry is None

        def erase(actor: int) -> int:
            command = EraseMessages(
                [number], what=Extent.ALL, actor=Actor.of(actor), reason="r", at=now
            )
            return run(command).erased

        with pytest.raises(NotPermitted):
            erase(sender.account)
        refused = cli.refusal("contents", "purge", "--account", admin, "--reason", "r")
        assert "has the role admin" in refused
        own = EraseAccount(admin, sender_ids=(), actor=Actor.of(admin), reason="r", at=now)
        with pytest.raises(NotPermitted):
            run(own)
        assert erase(admin) == 1


def test_who_may_not_look_leaves_no_record_and_sees_nothing(cli: Cli) -> None:
    with sent(cli) as (sender, number):
        head = sender.system.store.head()
        with pytest.raises(NotPermitted):
            sender.system.committer.execute(
                RevealMessage(
                    number,
                    actor=Actor.of(sender.account),
                    reason="r",
                    at=sender.system.clock.now(),
                )
            )
        assert sender.system.store.head() == head


def test_who_looks_at_a_text_is_on_record_before_it_is_shown(cli: Cli) -> None:
    with sent(cli) as (sender, number):
        for flags in (["--reveal"], ["--reason", "r"]):
            assert "go together" in cli.refusal("message", "show", number, *flags, code=2)
        shown = cli.json("message", "show", number, "--reveal", "--reason", "complaint 17")
        assert (shown["recipient"], shown["text"]) == (RECIPIENT, TEXT)
        found = sender.system.store.events_after(0, limit=1_000, topics=[AuditorRead.Read.TOPIC])
        assert len(found) == 1
        assert b"complaint" not in found[0][1].state
        assert f'"subject":{number}'.encode() in found[0][1].state
        (look,) = cli.json("look", "list")
        assert (look["actor"][:3], look["at"][-1]) == ("os:", "Z")
        assert (look["what"], look["subject"]) == ("message", number)
        assert (look["account_id"], look["reason"]) == (sender.account, "complaint 17")
        assert cli.json("look", "list", "--account", sender.account) == [look]
        assert cli.json("look", "list", "--account", sender.account + 1) == []
        shown = cli.run("look", "list").stdout.split()  # a narrow terminal breaks the words' line
        assert {"complaint", "17"} <= set(shown)
        cli.run("contents", "purge", "--message", number, "--reason", "r")
        gone = cli.refusal("message", "show", number, "--reveal", "--reason", "complaint 17")
        assert "were erased" in gone
        assert cli.json("message", "show", number)["recipient"] is None


def test_a_modem_s_log_is_blanked_line_by_line_while_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "mtn.jsonl"
    log = FileNetworkLog(path)
    for recipient in ("+260961111111", "+260962222222"):
        log.append(
            SegmentOnAir(Instant(0), "64502", recipient, "Muli bwanji", 1, 1, None, 7, b"\1\2")
        )
    assert forget_segments(path, lambda recipient, _: recipient == "+260961111111") == 1
    log.append(SegmentOnAir(Instant(0), "64502", "+260963333333", "x", 1, 1, None, 8, b"\1"))
    lines = path.read_text().splitlines()
    assert "1111111" not in path.read_text()
    assert "2222222" in lines[1]
    assert "3333333" in lines[2]
    assert '"erased": true' in lines[0]
    assert len(lines) == 3
