"""Alarms stand until they are cleared; the log hears of each once, and again each minute."""

import pytest

from application.books.alarms import REMIND_S, Alarms


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    messages = [record.getMessage() for record in caplog.records]
    caplog.clear()
    return messages


@pytest.fixture(autouse=True)
def _all_is_heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="ngoma.alarms")


def test_what_stands_is_logged_once_and_again_each_minute(caplog: pytest.LogCaptureFixture) -> None:
    alarms = Alarms()
    for now_s in range(int(2.5 * REMIND_S)):
        alarms.set("store", "it is damaged")
        alarms.remind(float(now_s))
    still = "alarm store still stands: it is damaged"
    assert said(caplog) == ["alarm store: it is damaged", still, still]
    alarms.clear("store")
    alarms.remind(10 * REMIND_S)
    assert said(caplog) == ["alarm store is over"]
    assert alarms.standing() == {}


def test_another_reason_is_logged_and_another_number_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    alarms = Alarms()
    alarms.set("disk", "only 1,024 KiB are left")
    alarms.set("disk", "only 988 KiB are left")
    assert said(caplog) == ["alarm disk: only 1,024 KiB are left"]
    assert alarms.standing() == {"disk": "only 988 KiB are left"}
    alarms.set("disk", "it cannot be looked at")
    assert said(caplog) == ["alarm disk: it cannot be looked at"]
