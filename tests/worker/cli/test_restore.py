"""``ngoma restore``: what comes back, what is held, what gives way, and what a crash leaves."""

import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.sqlite.swapping import RESTORED, STAGING
from domain.errors import StoreDown
from domain.reports import Accepted
from tests.end_to_end.damage import PAGE_BYTES
from tests.support.counts import soak_count
from tests.support.outcomes import SILENCE
from tests.support.system import running_system
from tests.support.templates import copy_data
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending
from worker.cli.soundness import require_sound

CRASHES = soak_count(100, quick=3)


@pytest.fixture(scope="module")
def gone_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a backup and the store's ``data``, which went on after it."""
    folder = tmp_path_factory.mktemp("gone-on")
    cli = Cli(folder / "data")
    with sending(cli.folder) as sender:
        numbers = [sender.send() for _ in range(3)]
        sender.attempt(numbers[1], Accepted(1))
        sender.attempt(numbers[2], SILENCE)
        cli.run("backup", "create", folder / "backup.zip")
        sender.attempt(numbers[0], Accepted(2))
    cli.account("After")
    return folder


@pytest.fixture
def backup(gone_on: Path, cli: Cli, tmp_path: Path) -> Path:
    """Give a backup of a store whose messages 1, 2 and 3 wait, are sent and are in doubt.

    The store went on: message 1 left, and there is another account.
    """
    copy_data(gone_on / "data", cli.folder)
    return Path(shutil.copy2(gone_on / "backup.zip", tmp_path))


def states(cli: Cli) -> dict[int, str]:
    return {n: cli.json("message", "show", n)["state"] for n in (1, 2, 3)}


def accounts(cli: Cli) -> list[str]:
    return [row["name"] for row in cli.json("account", "list")]


@pytest.fixture
def restored(cli: Cli, backup: Path, tmp_path: Path) -> Cli:
    """Give the command line on a folder that the backup was restored into."""
    cli.run("restore", backup, "--data-dir", tmp_path / "new")
    return Cli(tmp_path / "new")


# -- what comes back ------------------------------------------------------------------------------


@pytest.mark.slow
def test_everything_up_to_the_backup_comes_back_and_what_was_open_is_held(
    cli: Cli, backup: Path, tmp_path: Path
) -> None:
    made = cli.json("backup", "list")[0]
    report = cli.json("restore", backup, "--data-dir", tmp_path / "new")
    assert report["held"] == ["msg_1", "msg_3"]
    assert (report["ok"], report["generation"]) == (True, 2)
    assert [report[name] for name in ("store_id", "position", "events")] == [
        made[name] for name in ("store_id", "position", "events")
    ]
    new = Cli(tmp_path / "new")
    assert states(new) == {1: "held", 2: "sent", 3: "held"}
    assert accounts(new) == ["Shop"]
    assert new.json("wallet", "show", 1)["reserved"] == 2
    assert [row["number"] for row in new.json("message", "list", "--state", "held")] == [3, 1]
    new.run("doctor", "--whole", "--json", code=0)


def test_words_say_what_is_held_and_what_nobody_knows_any_more(
    cli: Cli, backup: Path, tmp_path: Path
) -> None:
    said = cli.run("restore", backup, "--data-dir", tmp_path / "new").stdout
    for words in ("msg_1, msg_3", "--release", "keys that were revoked", "the sealer's key"):
        assert words in said


def test_a_key_of_before_the_backup_is_known_and_sessions_have_ended(restored: Cli) -> None:
    keys = restored.json("key", "list", 1)
    assert len(keys) == 1
    with sqlite3.connect(restored.folder / "store.db") as store:
        kinds = {kind for (kind,) in store.execute("SELECT DISTINCT kind FROM secrets")}
    assert not kinds & {"session", "reset"}


def test_numbers_that_were_given_out_after_the_backup_are_never_given_again(restored: Cli) -> None:
    assert restored.account("New") > 1_000
    with running_system(restored.folder) as system:
        assert system.store.take_numbers("message", 1) > 1_000_000


def test_a_sim_s_old_holder_is_none_any_more(restored: Cli) -> None:
    with running_system(restored.folder) as system:
        (lease,) = system.store.leases()
        assert lease.fence > 1_000_000
        assert lease.expires_at == 0


# -- what is held ---------------------------------------------------------------------------------


def test_what_is_held_goes_on_by_hand_one_by_one(restored: Cli) -> None:
    restored.run("message", "release", 1, "--reason", "the SIM's bill does not show it")
    assert "is not held" in restored.refusal("message", "release", 1, "--reason", "again")
    restored.run("message", "resolve", 3, "--not-sent", "--reason", "nobody has it")
    assert states(restored) == {1: "queued", 2: "sent", 3: "failed"}
    assert restored.json("wallet", "show", 1)["refunded"] == 1
    assert restored.json("message", "list", "--state", "held") == []
    restored.run("doctor", "--whole", "--json")


@pytest.mark.slow
def test_a_held_message_of_which_the_customer_knows_is_spent(restored: Cli) -> None:
    restored.run("message", "resolve", 1, "--sent", "--reason", "the customer has it")
    assert states(restored)[1] == "sent"
    assert restored.json("wallet", "show", 1)["spent"] == 2
    restored.run("doctor", "--whole", "--json")


@pytest.mark.slow
def test_release_lets_all_go_on_at_once_or_later(cli: Cli, backup: Path, tmp_path: Path) -> None:
    at_once = cli.json("restore", backup, "--data-dir", tmp_path / "new", "--release")
    assert (at_once["held"], at_once["released"]) == ([], 2)
    cli.run("restore", backup, "--replace")
    with running_system(cli.folder):  # a gateway may run meanwhile
        later = cli.json("restore", backup, "--release")
    assert (later["ok"], later["released"]) == (True, 2)
    for each in (cli, Cli(tmp_path / "new")):
        assert states(each) == {1: "queued", 2: "sent", 3: "in_doubt"}


def test_what_is_held_is_explained_and_cannot_be_taken_back(restored: Cli) -> None:
    assert "restored from a backup" in restored.run("message", "explain", 1).stdout
    assert "is held" in restored.refusal("message", "cancel", 1)


# -- what gives way -------------------------------------------------------------------------------


def test_a_store_in_order_gives_way_only_when_that_is_said_and_is_kept(
    cli: Cli, backup: Path
) -> None:
    assert "--replace" in cli.refusal("restore", backup)
    assert accounts(cli) == ["Shop", "After"]
    cli.run("restore", backup, "--replace")
    assert accounts(cli) == ["Shop"]
    kept = cli.folder / "store.db.before-restore"
    old = Cli(cli.folder.with_name("old"))
    old.folder.mkdir()
    shutil.copytree(cli.folder / "secrets", old.folder / "secrets")
    shutil.copy(kept, old.folder / "store.db")
    shutil.copy(f"{cli.folder}.writer-key", f"{old.folder}.writer-key")
    assert accounts(old) == ["Shop", "After"]


def test_each_restore_begins_a_generation_of_its_own(cli: Cli, backup: Path) -> None:
    found = [cli.json("restore", backup, "--replace")["generation"] for _ in range(3)]
    assert found == [2, 3, 4]


def test_a_damaged_store_gives_way_without_a_word_more(cli: Cli, backup: Path) -> None:
    with (cli.folder / "store.db").open("r+b") as file:
        file.truncate(file.seek(0, os.SEEK_END) // 2)
    assert cli.json("restore", backup)["ok"]
    assert states(cli) == {1: "held", 2: "sent", 3: "held"}


def tables_of(path: Path) -> list[tuple[str, int]]:
    """Name each table of a store, and its first page."""
    with closing(sqlite3.connect(path)) as store:
        found = store.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'")
        return found.fetchall()


@pytest.mark.slow
def test_a_page_of_zeros_in_any_table_is_named_and_the_backup_brings_it_back(
    cli: Cli, backup: Path
) -> None:
    tables = tables_of(cli.folder / "store.db")
    assert {"stored_events", "contents", "credentials", "numbers"} <= {name for name, _ in tables}
    for name, page in tables:
        with (cli.folder / "store.db").open("r+b") as file:
            file.seek((page - 1) * PAGE_BYTES)
            file.write(bytes(PAGE_BYTES))
        with pytest.raises(StoreDown, match="is damaged"):
            require_sound(cli.folder)
        assert cli.run("doctor", "--whole", "--json", code=1), name
        assert cli.json("restore", backup)["held"] == ["msg_1", "msg_3"], name
        require_sound(cli.folder)
    assert states(cli) == {1: "held", 2: "sent", 3: "held"}
    cli.run("doctor", "--whole", "--json")


@pytest.mark.processes
def test_serve_starts_nothing_on_a_damaged_store_and_says_what_to_do(
    cli: Cli, backup: Path
) -> None:
    (_, page), *_ = tables_of(cli.folder / "store.db")
    with (cli.folder / "store.db").open("r+b") as file:
        file.seek((page - 1) * PAGE_BYTES)
        file.write(bytes(PAGE_BYTES))
    with cli.start("serve", "--port", 0) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "store.db is damaged" in said
    assert "`ngoma restore FILE` brings a backup back" in said
    assert "Traceback" not in said


def test_what_is_no_store_gives_way_only_when_that_is_said(
    cli: Cli, backup: Path, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    with closing(sqlite3.connect(tmp_path / "new" / "store.db")) as other:
        other.execute("CREATE TABLE somebody_s (own TEXT)")
    new = Cli(tmp_path / "new")
    assert "no store of this version" in new.refusal("restore", backup)
    new.run("restore", backup, "--replace")


@pytest.mark.slow
def test_the_doctor_says_that_messages_are_held(restored: Cli) -> None:
    states(restored)  # whoever reads makes the read models
    said = restored.run("doctor").stdout
    assert "2 are held since a restore" in said
    restored.run("message", "release", 1, "--reason", "a reason")
    restored.run("message", "release", 3, "--reason", "a reason")
    states(restored)
    assert "held" not in restored.run("doctor").stdout


@pytest.mark.slow
def test_a_store_that_a_gateway_has_open_is_left_alone(cli: Cli, backup: Path) -> None:
    with running_system(cli.folder) as system:
        system.store.ping()
        with cli.start("restore", backup, "--replace") as process:
            _, said = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "open: end it first" in said
        assert accounts(cli) == ["Shop", "After"]
    assert not (cli.folder / STAGING).exists()


def test_another_secret_in_the_settings_is_named_and_nothing_is_changed(
    cli: Cli, backup: Path, tmp_path: Path
) -> None:
    other = Cli(tmp_path / "new", {"NGOMA_SERVER_SECRET": "env:OTHER", "OTHER": "another one"})
    report = other.json("restore", backup, code=1)
    assert "server_secret" in report["problems"][0]
    assert not (tmp_path / "new" / "store.db").exists()


# -- what a crash leaves --------------------------------------------------------------------------


@pytest.mark.parametrize("done", ["nothing", "old aside", "store in place"])
@pytest.mark.slow
def test_a_restore_that_was_broken_off_when_it_counted_is_finished_by_whoever_opens_the_store(
    cli: Cli, backup: Path, tmp_path: Path, done: str
) -> None:
    cli.run("restore", backup, "--data-dir", tmp_path / "new")
    ready = cli.folder / RESTORED
    ready.mkdir()
    (tmp_path / "new" / "store.db").rename(ready / "store.db")
    (tmp_path / "new" / "secrets" / "server").rename(ready / "server")
    shutil.copy(tmp_path / "new.writer-key", f"{cli.folder}.writer-key")
    if done != "nothing":
        (cli.folder / "store.db").rename(cli.folder / "store.db.before-restore")
    if done == "store in place":
        (ready / "store.db").rename(cli.folder / "store.db")
    assert accounts(cli) == ["Shop"]
    assert states(cli)[1] == "held"
    assert not ready.exists()


@pytest.mark.processes
@pytest.mark.timeout(soak_count(1_800, quick=200))
def test_a_restore_that_is_killed_leaves_the_old_store_or_the_new_one(
    cli: Cli, backup: Path, tmp_path: Path, report_count: Callable[..., None]
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    chance, faults = random.Random(seed), []
    for place in range(CRASHES):
        each = Cli(tmp_path / f"crash-{place}")
        copy_data(cli.folder, each.folder)
        process = each.start("restore", backup, "--replace")
        while process.poll() is None and not (each.folder / STAGING).exists():
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
        found = accounts(each)
        is_new = found == ["Shop"] and states(each) == {1: "held", 2: "sent", 3: "held"}
        is_old = found == ["Shop", "After"] and states(each) == {
            1: "sent",
            2: "sent",
            3: "in_doubt",
        }
        if not (is_new or is_old):
            faults.append(f"crash {place}: {found}")
        each.run("doctor", "--whole", "--json")
        each.run("restore", backup, "--replace")
        shutil.rmtree(each.folder)
    print(*faults, sep="\n")
    report_count("kill -9 of a restore", CRASHES, len(faults), seed)


@pytest.mark.processes
def test_a_backup_that_is_killed_leaves_none(cli: Cli, backup: Path, tmp_path: Path) -> None:
    for pause_s in (0.0, 0.01, 0.05):
        file = tmp_path / "second.zip"
        process = cli.start("backup", "create", file)
        while process.poll() is None and not file.with_name("second.zip.part").exists():
            time.sleep(0.001)
        time.sleep(pause_s)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
        assert not file.exists() or cli.json("restore", file, "--check")["ok"]
        file.unlink(missing_ok=True)
        cli.run("backup", "create", file)
        file.unlink()
