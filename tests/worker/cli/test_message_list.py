"""Staff list messages of all accounts, by state, account, network and time."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.reports import Accepted
from tests.support.outcomes import SILENCE, refused
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import RECIPIENT, TEXT, Sender, sending


@pytest.fixture
def sender(cli: Cli) -> Iterator[Sender]:
    """Messages 1 to 5: sent, failed, in doubt, cancelled, queued."""
    with sending(cli.folder) as found:
        for outcome in (Accepted(1), refused("+CMS ERROR: 28"), SILENCE):
            found.attempt(found.send(), outcome)
        cli.json("message", "cancel", found.send())
        found.send()
        yield found


def listed(cli: Cli, *flags: Any) -> list[int]:
    return [row["number"] for row in cli.json("message", "list", *flags)]


def test_messages_are_listed_by_state_newest_first(cli: Cli, sender: Sender) -> None:
    assert listed(cli) == [5, 4, 3, 2, 1]
    for state, numbers in {
        "queued": [5],
        "in-doubt": [3],
        "sent": [1],
        "failed": [4, 2],
        "held": [],
        "sending": [],
    }.items():
        assert listed(cli, "--state", state) == numbers, state
    newest, _, doubt, failed, sent = cli.json("message", "list")
    assert (newest["state"], newest["lane"]) == ("queued", "normal")
    assert (doubt["state"], doubt["sim"]) == ("in_doubt", 1)
    assert (failed["failure_code"], failed["credits_refunded"]) == ("CMS_28", 1)
    assert (sent["account_id"], sent["expires_at"]) == (sender.account, None)
    assert (newest["sim"], failed["sim"], sent["sim"]) == (None, 1, 1)
    printed = cli.run("message", "list").stdout
    assert RECIPIENT not in printed
    assert TEXT not in printed


def test_a_list_is_paged_and_narrowed(cli: Cli, sender: Sender) -> None:
    assert listed(cli, "--limit", 2) == [5, 4]
    assert "--before 4" in cli.run("message", "list", "--limit", 2).output
    assert listed(cli, "--before", 4, "--limit", 2) == [3, 2]
    assert listed(cli, "--account", sender.account, "--state", "failed", "--before", 4) == [2]
    assert listed(cli, "--account", sender.account + 1) == []
    assert listed(cli, "--network", "mtn") == [5, 4, 3, 2, 1]
    assert listed(cli, "--network", "zamtel") == []
    assert listed(cli, "--since", "2020-01-01") == [5, 4, 3, 2, 1]
    assert listed(cli, "--since", "2099-01-01T00:00+02:00", "--state", "queued") == []
    assert "must be a day" in cli.refusal("message", "list", "--since", "yesterday")
