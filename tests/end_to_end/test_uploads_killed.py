"""A server that is killed while it sends an uploaded list goes on with it: each row once."""

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.gateway import UNLIMITED, Demo
from tests.end_to_end.truth import Truth, sqlite_store
from tests.end_to_end.waiting import wait_until
from tests.support.counts import is_soak, soak_count
from tests.support.uploads import HELLO, csv_list

pytestmark = [pytest.mark.processes, pytest.mark.timeout(soak_count(1_800, quick=200))]

ROWS = 100_000 if is_soak() else 4_000
KILLS = 10 if is_soak() else 1
WITHIN_S = 900 if is_soak() else 90


def test_a_server_killed_in_the_middle_of_a_list_sends_each_row_once(
    tmp_path: Path, report_count: Callable[..., None]
) -> None:
    demo = Demo(tmp_path / "demo", settings=UNLIMITED).start()
    demo.cli("wallet", "grant", demo.account, ROWS, "--reason", "a list")
    before = demo.client.balance()
    path = f"/api/v1/uploads/{_upload(demo)}"
    seed = random.SystemRandom().randrange(2**32)
    kills = sorted(random.Random(seed).sample(range(ROWS // 3), KILLS))
    assert demo.client.post(f"{path}/start", {}).status == 200

    for kill in kills:
        wait_until(partial(_has_sent, demo, path, kill), within_s=WITHIN_S, what=f"row {kill}")
        demo.kill9()
        demo.start()
        assert not _has_sent(demo, path, ROWS - 1), f"nothing was left to do; seed {seed}"
    wait_until(partial(_has_sent, demo, path, ROWS - 1), within_s=WITHIN_S, what="the last row")
    done = _told(demo, path)
    assert done["state"] == "done"
    assert (done["queued"], done["skipped"], done["credits_used"]) == (ROWS, 0, ROWS)
    assert demo.client.balance() == before - ROWS
    assert demo.stop() == 0
    with sqlite_store(demo.folder) as store:
        truth = Truth().read(store)
    sent = Counter(truth.contents.values())
    wanted = {(f"+26097{row:07}", HELLO.replace("{name}", f"Chanda {row}")) for row in range(ROWS)}
    assert set(sent) == wanted, f"seed {seed}"
    assert set(sent.values()) == {1}, f"seed {seed}"
    report_count("kill -9 while a list is sent, by the row", ROWS, 0, seed)


def _told(demo: Demo, path: str) -> dict[str, Any]:
    found: dict[str, Any] = demo.client.get(path).json["data"]
    return found


def _has_sent(demo: Demo, path: str, row: int) -> bool:
    return bool(_told(demo, path)["queued"] > row)


def _upload(demo: Demo) -> str:
    made = httpx.post(
        f"{demo.place['base_url']}/api/v1/uploads",
        data={"template": HELLO, "column": "phone"},
        files={"file": ("list.csv", csv_list(ROWS))},
        headers={"Authorization": f"Bearer {demo.place['api_key']}"},
        timeout=60,
    )
    assert made.status_code == 201, made.text
    found: str = made.json()["data"]["upload_id"]
    return found
