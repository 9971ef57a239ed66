"""Days are closed over HTTP: sheets, two signatures, locks, ages, and files to take along."""

import io
from typing import Any

import httpx
import openpyxl
import pytest

from domain.auditor_read import AuditorRead, auditor_read_id
from domain.period import PeriodState
from domain.roles import Role
from tests.api.conftest import Gateway
from tests.api.staff.days import DAY, NAMED, bring, stand
from tests.support.staff import Member, hire

BASE = "/api/v1/staff/finance"
PAYER = '=HYPERLINK("http://evil.example","Pay here")'


class Office:
    """A gateway with an admin, a preparer and a reviewer, and a day with a line."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, system = gateway, gateway.system
        self.ann = hire(system, "ann", Role.ADMIN)
        roles = (Role.FINANCE_PREPARER, Role.FINANCE_REVIEWER, Role.AUDITOR)
        self.paul, self.rita, self.otto = (
            hire(system, role.value, role, admin=self.ann.account) for role in roles
        )
        bring(system, payer=PAYER)

    def get(self, path: str, who: Member | None = None, **query: str) -> httpx.Response:
        bearer = (who or self.ann).bearer
        return self.gateway.http.get(f"{BASE}/{path}", params=query, headers=bearer)

    def post(self, path: str, who: Member, **fields: Any) -> httpx.Response:
        return self.gateway.http.post_json(f"{BASE}/{path}", {**NAMED, **fields}, who.bearer)


@pytest.fixture
def office(own_gateway: Gateway) -> Office:
    return Office(own_gateway)


def test_a_day_is_prepared_signed_off_by_another_locked_and_reopened(office: Office) -> None:
    (open_sheet,) = office.get("sheet", date=DAY).json()["data"]
    assert open_sheet == open_sheet | {
        "state": "open",
        "book_ngwee": 10_000,
        "unidentified_ngwee": 5_000,
        "expected_ngwee": 15_000,
        "statement_ngwee": 15_000,
        "unexplained_ngwee": 0,
    }
    assert office.post("sign", office.paul).json() == {
        "status": "success",
        "provider": "mtn",
        "wallet": "main",
        "date": DAY,
        "state": "prepared",
    }
    assert office.post("sign", office.paul).status_code == 403
    assert office.post("sign", office.ann, prepare=True, note="as seen").status_code == 200
    own = office.post("sign", office.ann)
    assert own.status_code == 403
    assert "another person" in own.json()["message"]
    assert office.post("sign", office.rita).json()["state"] == "signed_off"
    assert office.post("lock", office.rita).json()["state"] == "locked"
    (locked,) = office.get("sheet", date=DAY, provider="mtn", wallet="main").json()["data"]
    ann, rita = f"account:{office.ann.account}", f"account:{office.rita.account}"
    assert locked == locked | {
        "state": "locked",
        "prepared_by": ann,
        "note": "as seen",
        "signed_off_by": rita,
        "locked_by": rita,
        "changed_since": False,
    }
    late = office.post("sign", office.paul, prepare=True)
    assert late.status_code == 409
    assert "open period" in late.json()["message"]
    (shown,) = office.get("periods").json()["data"]
    assert (shown["date"], shown["state"], shown["unexplained_ngwee"]) == (DAY, "locked", 0)
    assert office.post("reopen", office.rita, reason="a late file").json()["state"] == "open"
    assert office.get("sheet", date=DAY, provider="airtel").json()["data"] == []
    assert office.get("sheet").json()["data"][0]["statement_ngwee"] is None


def test_what_is_asked_wrongly_is_refused_with_its_field(office: Office) -> None:
    long_ago: Any = {"from": "2020-01-01"}
    refused = [
        (office.post("sign", office.paul, date="yesterday"), 400, "date"),
        (office.post("sign", office.paul, provider="M T N"), 400, "provider"),
        (office.post("sign", office.paul, wallet=7), 400, "string"),
        (office.post("sign", office.paul, prepare="yes"), 400, "prepare"),
        (office.post("sign", office.paul, date="2099-01-01"), 400, "not begun"),
        (office.post("sign", office.paul, wallet="other"), 404, "Nothing is known"),
        (office.post("lock", office.rita, date="2026-02-02"), 404, "No such period"),
        (office.post("reopen", office.rita), 422, "reason"),
        (office.get("sheet", date="2026-13"), 400, "2026-11"),
        (office.get("ageing", as_of="2026-11"), 400, "as_of"),
        (office.get("export", kind="all"), 400, "kind"),
        (office.get("export", format="pdf"), 400, "format"),
        (office.get("export", **long_ago, to=DAY), 400, "366 days"),
    ]
    for answer, status, words in refused:
        assert (answer.status_code in {status, 422}, words in answer.text) == (True, True), (
            answer.text
        )


def test_ages_and_files_are_of_the_day_that_is_asked_for(office: Office) -> None:
    ages = office.get("ageing", as_of="2026-02-03").json()
    assert ages == {
        "status": "success",
        "as_of": "2026-02-03",
        "data": [
            {
                "what": "unallocated",
                "provider": "mtn",
                "wallet": "main",
                "count": 1,
                "amount_ngwee": 5_000,
                "buckets": [{"days": "2-3", "count": 1, "amount_ngwee": 5_000}],
            }
        ],
    }
    as_csv = office.get("export", kind="open", to=DAY)
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert as_csv.headers["content-disposition"] == 'attachment; filename="open-2026-02-01.csv"'
    assert as_csv.headers["cache-control"] == "no-store"
    assert as_csv.text.splitlines()[1].startswith(f"{DAY},unallocated,mtn,main,T1,")
    as_xlsx = office.get("export", kind="sheets", to=DAY, format="xlsx")
    assert as_xlsx.headers["content-type"].endswith("spreadsheetml.sheet")
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx.content)).active
    assert sheet is not None
    assert [cell.value for cell in next(sheet.iter_rows(min_row=2))][:5] == [
        *(DAY, "mtn", "main", "open", 100)
    ]
    again = office.get("export", kind="sheets", to=DAY, format="xlsx")
    assert again.content == as_xlsx.content


def test_a_payer_who_is_named_like_a_formula_comes_out_as_text(office: Office) -> None:
    as_csv = office.get("export", kind="lines", to=DAY).text
    assert f"'+260971234567,\"'{PAYER.replace(chr(34), chr(34) * 2)}\"" in as_csv
    as_xlsx = office.get("export", kind="lines", to=DAY, format="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx.content)).active
    assert sheet is not None
    cells = {cell.value: cell.data_type for cell in next(sheet.iter_rows(min_row=2))}
    assert (cells[PAYER], cells["+260971234567"], cells[50]) == ("s", "s", "n")


def test_what_an_auditor_takes_along_is_on_record(office: Office) -> None:
    head = office.gateway.system.store.head()
    assert office.get("export", office.otto, to=DAY).status_code == 200
    assert office.get("export", office.otto, kind="lines").status_code == 403
    assert office.gateway.system.store.head() == head + 2
    looks = office.gateway.http.get("/api/v1/staff/looks", headers=office.ann.bearer).json()
    assert looks["data"][0]["what"] == "export"
    assert office.gateway.system.reader.find(AuditorRead, auditor_read_id(looks["data"][0]["id"]))


def test_the_matrix_asks_about_a_day_that_can_be_closed(office: Office) -> None:
    stand(office.gateway.system, PeriodState.SIGNED_OFF)
    assert office.post("lock", office.rita).json()["state"] == "locked"
