"""Staff look at messages without text or full numbers, explain them, and end them."""

import pytest

from domain.public_ids import wilcybertek_id
from domain.reports import Accepted
from domain.values import SECOND, Instant
from tests.support.outcomes import SILENCE, refused
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import RECIPIENT, REQUEST_ID, TEXT, sending

REFUSED = refused("+CMS ERROR: 28")


def test_a_message_is_found_by_each_form_of_its_id(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        number = sender.send()
        shown = cli.json("message", "show", number)
        assert shown["number"] == number
        assert cli.json("message", "show", shown["id"]) == shown
        assert cli.json("message", "show", shown["message_id"]) == shown
        assert shown["id"] == f"msg_{number}"


def test_an_id_of_another_time_is_nobody_s(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        number = sender.send()
        other = wilcybertek_id(number, Instant(1_700_000_000 * SECOND))
        for verb in ("show", "explain", "cancel"):
            assert cli.refusal("message", verb, other) == "No such message."
        assert cli.refusal("message", "show", number + 1) == "No such message."
        assert cli.json("message", "show", number)["state"] == "queued"


@pytest.mark.parametrize(
    "word", ["msg_01", "MSG-1-1", "hello", "-", "9" * 19, "\N{ARABIC-INDIC DIGIT ONE}"]
)
def test_what_is_no_id_is_a_wrong_call(cli: Cli, word: str) -> None:
    assert "is not a message" in cli.refusal("message", "show", "--", word, code=2)


def test_staff_see_a_masked_number_and_no_text(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        number = sender.send()
        for verb in ("show", "explain"):
            for flags in ([], ["--json"]):
                printed = cli.run("message", verb, number, *flags).stdout
                assert "+26096*****67" in printed
                assert RECIPIENT not in printed
                assert RECIPIENT[1:] not in printed
                assert TEXT not in printed


def test_what_became_of_a_message_is_shown(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        number = sender.send()
        sender.attempt(number, REFUSED)
        shown = cli.json("message", "show", number)
        assert (shown["status"], shown["state"]) == ("failed", "failed")
        assert (shown["credits"], shown["credits_refunded"]) == (1, 1)
        assert shown["failure_code"] == "CMS_28"
        assert shown["sender_used"] == "+260960000001"
        assert shown["request_id"] == REQUEST_ID
        assert "CMS_28" in cli.run("message", "show", number).stdout


def test_a_message_s_life_is_told_in_order(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        number = sender.send()
        sender.attempt(number, Accepted(42))
        told = cli.json("message", "explain", number)
        assert [step["event"] for step in told["timeline"]] == ["Queued", "AttemptStarted", "Sent"]
        assert (told["status"], told["charge"]["state"]) == ("sent", "spent")
        assert told["request_id"] == REQUEST_ID
        assert any("42" in sentence for sentence in told["evidence"])
        shown = cli.run("message", "explain", number).stdout
        for step in told["timeline"]:
            assert step["words"] in shown
        assert told["summary"] in shown


def test_an_operator_reads_what_the_network_means_beside_the_customer_s_words(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        number = sender.send()
        sender.attempt(number, REFUSED)
        told = cli.json("message", "explain", number)
        assert told["charge"]["tariff"] == "2026-1"
        last = told["timeline"][-1]
        assert (last["cause"], last["meaning"]) == ("CMS_28", "unidentified subscriber")
        assert "network does not know the recipient." in last["words"]
        assert (told["timeline"][0]["cause"], told["timeline"][0]["meaning"]) == (None, None)
        shown = cli.run("message", "explain", number).stdout
        assert f"{last['words']} [CMS_28: unidentified subscriber]" in shown
        assert "Tariff 2026-1" in shown


def test_a_waiting_message_is_cancelled_and_refunded(cli: Cli) -> None:
    with sending(cli.folder, credits=5) as sender:
        number = sender.send()
        cancelled = cli.json("message", "cancel", number)
        assert (cancelled["state"], cancelled["credits_refunded"]) == ("cancelled", 1)
        assert cli.json("wallet", "show", sender.account)["available"] == 5
        assert cli.refusal("message", "cancel", number) == f"Message {number} is cancelled."


def test_a_message_that_has_left_cannot_be_cancelled(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        number = sender.send()
        sender.attempt(number, Accepted(1))
        assert cli.refusal("message", "cancel", number) == f"Message {number} is sent."


def test_a_doubt_is_settled_as_sent_or_not_sent(cli: Cli) -> None:
    with sending(cli.folder, credits=5) as sender:
        left, stayed = sender.send(), sender.send()
        for number in (left, stayed):
            sender.attempt(number, SILENCE)
        shown = cli.run("message", "resolve", left, "--sent", "--reason", "the customer has it")
        assert shown.stdout == f"msg_{left} is sent.\n"
        shown = cli.run("message", "resolve", stayed, "--not-sent", "--reason", "not on the bill")
        assert "1 credit went back" in shown.stdout
        balance = cli.json("wallet", "show", sender.account)
        assert (balance["spent"], balance["refunded"], balance["available"]) == (1, 1, 4)
        resolved = cli.json("message", "explain", left)["timeline"][-2]
        assert (resolved["event"], resolved["reason"]) == ("Resolved", "the customer has it")
        assert resolved["actor"].startswith("os:")
        told = cli.run("message", "explain", left).stdout
        assert f"[{resolved['actor']}: the customer has it]" in told
        again = cli.refusal("message", "resolve", left, "--not-sent", "--reason", "x")
        assert again == f"Message {left} is sent."


def test_who_settles_a_doubt_says_which_way_and_why(cli: Cli) -> None:
    assert "--sent" in cli.refusal("message", "resolve", 1, "--reason", "x", code=2)
    assert "--reason" in cli.refusal("message", "resolve", 1, "--sent", code=2)
