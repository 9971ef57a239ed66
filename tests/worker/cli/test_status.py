"""`ngoma status` tells the truth where nothing runs, and from the store alone."""

import ast
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import adapters.room
from adapters.clock import SystemClock
from api.pages.words import say
from application.fleet.duty import BringOnline
from application.fleet.liveness import SILENT
from application.fleet.phones import EnrolPhone
from application.ports import SimIdentity
from domain.causes import OwnCause
from domain.phone import slot_identity
from domain.reports import InDoubt
from domain.values import SECOND, Instant, Network
from tests.support.hooks import pause_webhook, set_webhook
from tests.support.phone import code_for_phone
from tests.support.sealing import seal_now
from tests.tidy.sources import ROOMS, ROOT, nodes, sources
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending
from tests.worker.cli.test_finance import ROWS, brought
from worker.cli.status.remedies import REMEDIES

KEYS = (
    *("version", "store", "processes", "sims", "phones", "queue", "in_doubt", "alarms"),
    *("lag_s", "money", "seal", "backup", "disk", "clock"),
)
HOUR_S = 3_600


def alarms(cli: Cli, *flags: object, code: int = 1) -> Mapping[str, Mapping[str, Any]]:
    """Give the alarms by name; each says what is wrong and what to do."""
    found = {each["name"]: each for each in cli.json("status", *flags, code=code)["alarms"]}
    for each in found.values():
        assert each["words"]
        assert each["do"]
    return found


def on_screen(text: str) -> str:
    """Give what a screen says, without its line ends."""
    return " ".join(text.split())


def test_a_fresh_store_on_which_nothing_runs_says_so_under_all_keys(cli: Cli) -> None:
    cli.migrate()
    seen = cli.json("status", code=1)
    assert tuple(seen) == KEYS
    assert seen["store"]["ok"]
    assert (seen["processes"], seen["sims"], seen["phones"]) == ([], [], [])
    assert [row["queued"] for row in seen["queue"]] == [0, 0, 0]
    assert (seen["in_doubt"], seen["lag_s"], seen["money"]["unmatched"]) == (0, 0.0, 0)
    assert (seen["seal"], seen["backup"]) == (None, None)
    assert set(alarms(cli)) == {"gateway"}


def test_the_screen_fits_eighty_columns_and_begins_with_what_is_wrong(cli: Cli) -> None:
    cli.migrate()
    shown = cli.run("status", code=1).stdout.splitlines()
    assert max(map(len, shown)) <= 80
    first = shown.index("1 thing is wrong.")
    assert shown[first + 1].startswith("! gateway: nothing runs on this store")
    assert shown[first + 2].startswith("    do: start `ngoma serve`")
    subjects = [line.partition("  ")[0] for line in shown if line[:1].isupper()]
    assert subjects[-11:] == [
        *("Processes", "Store", "SIMs", "Phones", "Queue", "In doubt"),
        *("Money", "Seal", "Backup", "Disk", "Clock"),
    ]


def test_the_runbook_has_a_page_for_each_alarm_that_something_is_to_be_done_about() -> None:
    lines = (ROOT / "docs" / "runbook.md").read_text().splitlines()
    assert {line[3:] for line in lines if line.startswith("## ")} == set(REMEDIES)


def test_each_check_and_alarm_that_the_code_names_has_its_remedy() -> None:
    named = {
        ast.literal_eval(call.args[0]).partition(" ")[0]
        for source in sources(*ROOMS)
        for call in nodes(source.tree)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).endswith(("add_check", "alarms.set"))
        and isinstance(call.args[0], ast.Constant)
    }
    assert named >= {"store", "seal", "content"}
    assert named <= set(REMEDIES)


def test_a_folder_without_a_store_is_told_and_none_is_made(cli: Cli) -> None:
    found = alarms(cli)
    assert "There is no store in" in found["store"]["words"]
    assert not cli.folder.exists()


def test_settings_that_cannot_be_used_are_one_line(cli: Cli) -> None:
    wrong = Cli(cli.folder, {"NGOMA_LOG_LEVEL": "loud"})
    assert wrong.refusal("status").startswith('NGOMA_LOG_LEVEL = "loud"')


def test_a_disk_with_little_room_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.migrate()
    monkeypatch.setattr(adapters.room, "ROOM_MIN_BYTES", 1 << 60)
    found = alarms(cli)
    assert "KiB are left on the disk of" in found["disk"]["words"]
    assert "make room" in found["disk"]["do"]


def test_lines_of_a_statement_that_are_nobodys_are_told_with_their_sum(cli: Cli) -> None:
    cli.migrate()
    brought(cli, *ROWS[:2])
    seen = cli.json("status", code=1)
    assert (seen["money"]["unmatched"], seen["money"]["unmatched_ngwee"]) == (2, 6_900)
    note = alarms(cli)["money"]
    assert note["level"] == "note"
    assert note["words"] == "2 lines of statements are nobody's yet, K69.00 in all"
    assert "`ngoma finance match`" in note["do"]


def test_a_sim_in_quarantine_and_a_message_in_doubt_are_told(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        sender.attempt(sender.send(), InDoubt(OwnCause.NO_ANSWER, "no answer"))
        number = sender.sim().sim
    cli.run("modem", "quarantine", number, "--reason", "the bill is disputed")
    seen = cli.json("status", code=1)
    assert seen["in_doubt"] == 1
    mtn = seen["queue"][0]
    assert (mtn["network"], mtn["in_doubt"]) == ("mtn", 1)
    assert seen["sims"][0]["state"] == "quarantined"
    found = alarms(cli)
    assert found[f"sim {number}"]["words"].endswith("is in quarantine: the bill is disputed")
    assert "`ngoma modem release" in found[f"sim {number}"]["do"]
    assert found["doubt"]["words"] == "1 in doubt: nobody knows whether they left"
    assert "1 in doubt" in on_screen(cli.run("status", code=1).stdout)


def test_a_webhook_that_has_paused_is_told_with_its_account(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        set_webhook(sender.system, sender.account, "https://hooks.example.com/a")
        assert f"webhook {sender.account}" not in alarms(cli)
        pause_webhook(sender.system, sender.account)
    note = alarms(cli)[f"webhook {sender.account}"]
    assert note["level"] == "note"
    assert f"the receiver of account {sender.account}" in note["words"]


def test_a_phone_that_was_let_in_and_does_not_pull_is_told(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        system = sender.system
        code, at = code_for_phone(system), system.clock.now()
        device = system.committer.execute(EnrolPhone(code, digests=system.digests, at=at))
    note = alarms(cli)[device.name.replace("-", " ")]
    assert note["words"] == f"{device.name} is offline: it has not pulled yet"
    assert "is it on, online" in note["do"]
    assert f"{device.name} (1=mtn): offline" in on_screen(cli.run("status", code=1).stdout)


def test_a_phone_that_falls_silent_has_one_reason_in_the_list_and_in_status(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        system = sender.system
        code, at = code_for_phone(system), system.clock.now()
        device = system.committer.execute(EnrolPhone(code, digests=system.digests, at=at))
        slot = slot_identity(device.device, 1)
        card = SimIdentity(None, slot, device.device, "phone", "", takes_whole=True)
        came = BringOnline(
            card,
            network=Network.MTN,
            modem=f"{device.name}/1",
            holder=device.device,
            at=Instant(at - 3_600 * SECOND),
        )
        system.committer.execute(came)
    (listed,) = [one for one in cli.json("modem", "list") if one["modem"] == f"{device.name}/1"]
    assert (listed["state"], listed["reason"]) == ("offline", SILENT)
    note = alarms(cli)[device.name.replace("-", " ")]
    assert note["words"] == f"{device.name} is offline: {SILENT}"
    assert say("fleet.silent") == SILENT


# -- later ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Give a store with a message that waits, a seal and a backup, all of now."""
    folder = tmp_path_factory.mktemp("left")
    cli = Cli(folder / "data")
    cli.migrate()
    cli.run("seal", "--make-key")
    with sending(cli.folder) as sender:
        seal_now(sender.system)
        sender.send()
    cli.run("backup", "create", folder / "night.zip")
    return cli


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Give what sets this host's clock, by seconds."""
    real = SystemClock.now

    def step(off_s: int) -> None:
        monkeypatch.setattr(SystemClock, "now", lambda self: real(self) + off_s * SECOND)

    return step


def test_a_message_a_seal_and_a_backup_of_yesterday_are_alarms(
    left: Cli, set_clock: Callable[[int], None]
) -> None:
    assert not {"waiting", "seal", "backup"} & set(alarms(left))
    set_clock(32 * HOUR_S)
    found = alarms(left)
    assert found["waiting"]["words"] == "messages that could leave wait: mtn for 1920 min"
    assert found["seal"]["words"].startswith("nothing was sealed after position ")
    assert "is 1.3 days old" in found["backup"]["words"]
    assert {found[name]["level"] for name in ("waiting", "seal", "backup")} == {"alarm"}


def test_a_clock_that_went_back_or_was_never_set_is_an_alarm(
    left: Cli, set_clock: Callable[[int], None]
) -> None:
    set_clock(-2 * HOUR_S)
    behind = alarms(left)["clock"]
    assert "earlier than the newest time in the store" in behind["words"]
    assert "`ngoma clock vouch`" in behind["do"]
    assert behind["level"] == "alarm"
    set_clock(-3 * 365 * 24 * HOUR_S)
    assert "it was never set" in alarms(left)["clock"]["words"]


def test_a_store_without_any_backup_is_an_alarm_from_its_second_day_on(
    cli: Cli, set_clock: Callable[[int], None]
) -> None:
    cli.account()
    assert "backup" not in alarms(cli)
    set_clock(32 * HOUR_S)
    assert alarms(cli)["backup"]["words"] == "no backup was ever made here"
