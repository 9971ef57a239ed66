"""An operator says what is answered in an account's name; it goes with the account."""

from pathlib import Path

from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending


def test_an_operator_sets_lists_and_deletes_a_word_and_a_purge_takes_the_rest(
    tmp_path: Path,
) -> None:
    cli = Cli(tmp_path / "data")
    with sending(cli.folder, credits=0):
        pass
    cli.run("keyword", "set", 1, "Help", "--answer", "Call us.")
    cli.run("keyword", "set", 1, "open", "--answer", "08:00 to 17:00")
    listed = cli.json("keyword", "list", 1)
    assert [(row["word"], row["answer"], row["sender_id"]) for row in listed] == [
        ("help", "Call us.", None),
        ("open", "08:00 to 17:00", None),
    ]
    assert "Call us." in cli.run("keyword", "list", 1).stdout
    cli.run("keyword", "delete", 1, "HELP")
    assert [row["word"] for row in cli.json("keyword", "list", 1)] == ["open"]
    assert "no such keyword" in cli.run("keyword", "delete", 1, "help", code=1).stderr
    unapproved = ("a", "--answer", "b", "--sender-id", "NAME")
    assert "not approved" in cli.run("keyword", "set", 1, *unapproved, code=1).stderr
    assert "promotional" in cli.run("keyword", "set", 1, "stop", "--answer", "b", code=2).stderr
    cli.run("contents", "purge", "--account", 1, "--reason", "request 9")
    assert cli.json("keyword", "list", 1) == []
