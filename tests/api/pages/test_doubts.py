"""The pages of doubts and of the fleet: the evidence, what a SIM may, and filters that stay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from application.ports import ModemSettings
from domain.causes import OwnCause
from domain.reports import Accepted, InDoubt
from domain.values import Network
from tests.api.pages.browser import seen
from tests.api.pages.offices import Office, an_office
from tests.api.pages.test_frame import check

DOUBTS = "/staff/doubts"
FLEET = "/staff/fleet"
LONG = "a" * 200
MODEM = ModemSettings("modem0", "/dev/null", Network.MTN, segments_per_day=40)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path / "data") as made:
        made.gateway.bring_online()
        yield made


def send(office: Office, to: str, text: str = "hello") -> int:
    answer = office.gateway.post("/api/v1/sms/send", {"to": to, "message": text})
    return int(answer.json()["message_id"].removeprefix("msg_"))


def doubt(office: Office, number: int, *, index: int = 0) -> None:
    outcome = InDoubt(OwnCause.NO_ANSWER, "no answer")
    office.gateway.try_to_send(number, outcome, index=index)


def test_a_doubt_is_shown_with_what_was_handed_over_by_whom_and_what_came(office: Office) -> None:
    short, long = send(office, "0955000001"), send(office, "0977000001", LONG)
    office.gateway.attempt(long, Accepted(17))
    doubt(office, long, index=1)
    doubt(office, short)
    page = office.at["eve"].get(DOUBTS)
    check(page)
    second, first = office.rows("eve", DOUBTS)
    assert (first["message_id"], first["network"]) == (f"msg_{short}", "airtel")
    assert (first["submitted"], first["attempt"], first["state"]) == ("1/1", "1", "in_doubt")
    assert second["submitted"] == "2/2 (17)"
    sims = {row["network"]: row["sim"] for row in office.rows("eve", FLEET)}
    assert (first["sim"], second["sim"]) == (sims["airtel"], sims["mtn"])
    for row in (first, second):
        assert row["handed_over_at"] <= row["doubted_at"]
        assert "may have been sent" in row["told"]
    assert "977000001" not in page.text
    assert "doubts" in office.looks()


def test_doubts_are_filtered_and_the_filters_stay_in_the_address(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = [send(office, to) for to in ("0955000001", "0977000001", "0955000002")]
    for number in ours:
        doubt(office, number)
    account = office.gateway.account

    def numbers(query: str) -> list[str]:
        rows = office.rows("admin", f"{DOUBTS}?{query}")
        return [row["message_id"].removeprefix("msg_") for row in rows]

    newest = [f"{number}" for number in reversed(ours)]
    assert numbers(f"account_id={account}") == newest
    assert numbers(f"account_id={account + 1_000}") == []
    assert numbers("network=mtn") == [newest[1]]
    assert numbers("state=in_doubt&network=airtel") == [newest[0], newest[2]]
    assert numbers("state=held") == []
    monkeypatch.setattr("api.pages.staff.doubts.LIST_PAGE", 1)
    assert numbers("network=airtel") == [newest[0], newest[2]], "page by page it is the same"
    page = office.at["admin"].get(f"{DOUBTS}?network=airtel")
    assert f"{DOUBTS}?network=airtel&amp;before={newest[0]}" in page.text
    for odd in ("network=x", "state=sent", "account_id=x", "account_id=0", "before=x"):
        assert office.at["admin"].get(f"{DOUBTS}?{odd}").status_code == 422, odd


def test_the_queue_leads_to_the_doubts_of_its_network(office: Office) -> None:
    doubt(office, send(office, "0955000001"))
    send(office, "0977000001")
    assert f'href="{DOUBTS}?network=airtel"' in office.at["admin"].get("/staff/queue").text
    for network in ("mtn", "airtel"):
        filtered = office.rows("admin", f"/staff/queue?network={network}")
        assert [row["network"] for row in filtered] == [network]
    assert office.at["admin"].get("/staff/queue?network=x").status_code == 422


def test_the_fleet_tells_what_a_sim_may_and_is_filtered(tmp_path: Path) -> None:
    with an_office(tmp_path / "modems", modems=[MODEM]) as office:
        office.gateway.bring_online()
        office.gateway.take_offline(Network.AIRTEL)
        for modem in (row["modem"] for row in office.rows("eve", FLEET)):
            office.gateway.system.reception.note(modem, -79)
        page = office.at["eve"].get(FLEET)
        check(page)
        rows = {row["network"]: row for row in office.rows("eve", FLEET)}
        assert (rows["mtn"]["quota"], rows["mtn"]["pace"]) == ("40", "8")
        assert (rows["mtn"]["signal_dbm"], rows["airtel"]["signal_dbm"]) == ("-79", "")
        assert (rows["zamtel"]["quota"], rows["zamtel"]["pace"]) == ("", ""), "not set up here"
        assert office.rows("eve", f"{FLEET}?state=offline") == [rows["airtel"]]
        assert office.rows("eve", f"{FLEET}?network=mtn&state=online") == [rows["mtn"]]
        assert office.rows("eve", f"{FLEET}?network=mtn&state=offline") == []
        words = seen(office.at["eve"].get(f"{FLEET}?state=quarantined"))
        assert "Nothing is like that." in words
        assert office.at["eve"].get(f"{FLEET}?state=x").status_code == 422
