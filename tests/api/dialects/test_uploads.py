"""A list of recipients is uploaded, looked at row by row, and sent in the background: once."""

import csv
import io
from dataclasses import replace
from typing import Any

import httpx
import pytest

from domain.upload.bounds import PREVIEWS_MAX, ROWS_A_PART
from domain.wallet import wallet_id
from tests.api.conftest import Gateway, StartGateway, limited, new_account
from tests.api.dialects.test_promotions import opt_out
from tests.support.invariants import violations_in
from tests.support.system import grant
from tests.support.uploads import HELLO, csv_list, send_all

PATH = "/api/v1/uploads"
THREE = (
    "phone;name\n0977000001;Chanda\nabc;Mutale\n0977000003;Bwalya\n0977000001;Chanda\n0955000004;\n"
)

ONLY_DIGITS = "The recipient may hold only digits, a leading +, spaces, dots, dashes and brackets."


def upload(gateway: Gateway, file: bytes | str, **fields: str) -> httpx.Response:
    body = file.encode() if isinstance(file, str) else file
    return gateway.http.post(
        PATH,
        data={"template": HELLO, "column": "phone", **fields},
        files={"file": ("list.csv", body)},
        headers={"Authorization": f"Bearer {gateway.key}"},
    )


def uploaded(gateway: Gateway, file: bytes | str, **fields: str) -> dict[str, Any]:
    answer = upload(gateway, file, **fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


def seen(gateway: Gateway, upload_id: str, what: str = "", **query: Any) -> dict[str, Any]:
    answer = gateway.get(f"{PATH}/{upload_id}{what}", **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def do(gateway: Gateway, upload_id: str, what: str) -> dict[str, Any]:
    answer = gateway.post(f"{PATH}/{upload_id}/{what}", {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


def sent(gateway: Gateway, upload_id: str) -> dict[str, Any]:
    do(gateway, upload_id, "start")
    send_all(gateway.system, int(upload_id.removeprefix("up_")))
    found: dict[str, Any] = seen(gateway, upload_id)["data"]
    return found


def logged(gateway: Gateway) -> list[tuple[str, str]]:
    rows = gateway.get("/api/sms/logs").json()["data"]["data"]
    return sorted((row["recipient"], row["message"]) for row in rows)


def test_a_list_is_previewed_with_every_row_and_nothing_is_sent(gateway: Gateway) -> None:
    found = uploaded(gateway, THREE)
    assert (found["state"], found["rows"], found["good"], found["bad"]) == ("preview", 5, 2, 3)
    assert (found["segments"], found["credits"], found["queued"]) == (2, 2, 0)
    assert [(row["row"], row["reason"]) for row in found["bad_rows"]] == [
        (3, ONLY_DIGITS),
        (5, "The same text to the same number stands in row 2."),
        (6, "The name is empty."),
    ]
    rows = seen(gateway, found["upload_id"], "/rows")
    assert rows["next"] is None
    assert [(row["row"], row["recipient"], row["message"]) for row in rows["data"]] == [
        (2, "260977000001", "Hello Chanda, your order is ready."),
        (4, "260977000003", "Hello Bwalya, your order is ready."),
    ]
    assert {(row["network"], row["encoding"], row["segments"]) for row in rows["data"]} == {
        ("mtn", "GSM-7", 1)
    }
    assert gateway.balance() == 1_000
    assert logged(gateway) == []


def test_bad_rows_are_a_file_with_row_and_reason(gateway: Gateway) -> None:
    found = uploaded(gateway, "phone,name\n=1+1,Chanda\n0977000001,Mutale\n")
    answer = gateway.get(f"{PATH}/{found['upload_id']}/bad.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["row", "recipient", "reason"]
    assert rows[1][:2] == ["2", "'=1+1"]
    assert "digits" in rows[1][2]


def test_what_was_started_is_sent_once_and_charged_as_a_bulk(gateway: Gateway) -> None:
    found = uploaded(gateway, THREE)
    done = sent(gateway, found["upload_id"])
    assert (done["state"], done["queued"], done["credits_used"]) == ("done", 2, 2)
    assert logged(gateway) == [
        ("+260977000001", "Hello Chanda, your order is ready."),
        ("+260977000003", "Hello Bwalya, your order is ready."),
    ]
    assert gateway.balance() == 998
    again = gateway.post(f"{PATH}/{found['upload_id']}/start", {})
    assert again.status_code == 409
    assert violations_in(gateway.system.store) == []


@pytest.mark.slow
def test_a_list_of_several_parts_is_paged_and_sent_whole(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=2_000)
    count = 2 * ROWS_A_PART + 7
    found = uploaded(gateway, csv_list(count))
    assert (found["good"], found["bad"]) == (count, 0)
    page = seen(gateway, found["upload_id"], "/rows", after=ROWS_A_PART - 2, limit=4)
    assert [row["row"] for row in page["data"]] == list(range(ROWS_A_PART, ROWS_A_PART + 4))
    last = seen(gateway, found["upload_id"], "/rows", after=page["next"] + 500, limit=500)
    assert last["data"][-1]["message"] == f"Hello Chanda {count - 1}, your order is ready."
    assert last["next"] is None
    done = sent(gateway, found["upload_id"])
    assert (done["state"], done["queued"]) == ("done", count)
    assert gateway.balance() == 2_000 - count


def test_at_402_it_pauses_with_the_reason_and_goes_on_when_it_is_started(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(credits=ROWS_A_PART + 1)
    found = uploaded(gateway, csv_list(ROWS_A_PART + 20))
    waits = sent(gateway, found["upload_id"])
    assert (waits["state"], waits["queued"]) == ("paused", ROWS_A_PART)
    assert waits["paused"] == {
        "code": "INSUFFICIENT_CREDITS",
        "message": "The next rows need 20 credits and 1 are available: top up, then go on.",
    }
    (listed,) = seen(gateway, "")["data"]
    assert (listed["state"], listed["paused"]) == ("paused", waits["paused"])
    grant(gateway.system, gateway.account, 19)
    done = sent(gateway, found["upload_id"])
    assert (done["state"], done["queued"], done["paused"]) == ("done", ROWS_A_PART + 20, None)
    assert gateway.balance() == 0
    assert violations_in(gateway.system.store) == []


def test_a_paused_list_sends_nothing_and_a_cancelled_one_is_erased(gateway: Gateway) -> None:
    upload_id = uploaded(gateway, THREE)["upload_id"]
    assert gateway.post(f"{PATH}/{upload_id}/pause", {}).status_code == 409
    do(gateway, upload_id, "start")
    paused = do(gateway, upload_id, "pause")
    assert (paused["state"], paused["paused"]["code"]) == ("paused", "PAUSED")
    send_all(gateway.system, int(upload_id.removeprefix("up_")))
    assert seen(gateway, upload_id)["data"]["queued"] == 0
    gone = do(gateway, upload_id, "cancel")
    assert (gone["state"], gone["template"], gone["bad_rows"]) == ("cancelled", None, [])
    assert seen(gateway, upload_id, "/rows")["data"] == []
    assert do(gateway, upload_id, "cancel")["state"] == "cancelled"
    assert gateway.post(f"{PATH}/{upload_id}/start", {}).status_code == 409
    assert gateway.balance() == 1_000


def test_who_opted_out_is_skipped_and_costs_nothing(gateway: Gateway) -> None:
    opt_out(gateway, "260977000001")
    upload_id = uploaded(gateway, THREE, category="promotional")["upload_id"]
    done = sent(gateway, upload_id)
    assert (done["state"], done["queued"], done["skipped"]) == ("done", 1, 1)
    assert logged(gateway) == [("+260977000003", "Hello Bwalya, your order is ready.")]
    assert gateway.balance() == 999


def test_a_list_whose_recipients_all_opted_out_comes_to_its_end(gateway: Gateway) -> None:
    opt_out(gateway, "260977000001")
    upload_id = uploaded(gateway, "phone,name\n0977000001,A\n", category="promotional")["upload_id"]
    done = sent(gateway, upload_id)
    assert (done["state"], done["queued"], done["skipped"]) == ("done", 0, 1)
    assert gateway.balance() == 1_000


def test_a_sender_id_that_is_not_approved_pauses_it(gateway: Gateway) -> None:
    upload_id = uploaded(gateway, THREE, sender_id="MyShop")["upload_id"]
    waits = sent(gateway, upload_id)
    assert (waits["state"], waits["paused"]["code"]) == ("paused", "SENDER_ID_NOT_APPROVED")
    assert gateway.balance() == 1_000


@pytest.mark.parametrize(
    ("fields", "file", "field"),
    [
        ({"column": "mobile"}, THREE, "column"),
        ({"template": "Dear {surname}"}, THREE, "template"),
        ({"template": " "}, THREE, "template"),
        ({"template": "x" * 5_000}, THREE, "template"),
        ({"template": "{name}" * 60}, THREE, "template"),
        ({"lane": "slow"}, THREE, "lane"),
        ({"send_at": "tomorrow"}, THREE, "send_at"),
        ({}, "phone,name\n", "file"),
        ({}, "phone,name,name\n1,a,b\n", "file"),
        ({}, "%PDF-1.7", "file"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_field(
    gateway: Gateway, fields: dict[str, str], file: str, field: str
) -> None:
    refused = upload(gateway, file, **fields)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [field]), refused.text


def test_an_upload_counts_once_as_a_bulk(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=10, limits=limited(bulk=1))
    upload_id = uploaded(gateway, THREE)["upload_id"]
    assert upload(gateway, THREE).status_code == 429
    assert sent(gateway, upload_id)["state"] == "done"


def test_lists_that_wait_are_bounded(gateway: Gateway) -> None:
    ids = [uploaded(gateway, THREE)["upload_id"] for _ in range(PREVIEWS_MAX)]
    assert upload(gateway, THREE).status_code == 409
    do(gateway, ids[0], "cancel")
    assert upload(gateway, THREE).status_code == 201


def test_another_account_finds_no_such_upload(gateway: Gateway) -> None:
    upload_id = uploaded(gateway, THREE)["upload_id"]
    _, key = new_account(gateway.system, credits=5)
    headers = {"Authorization": f"Bearer {key}"}
    for method, what in (("GET", ""), ("GET", "/rows"), ("GET", "/bad.csv"), ("POST", "/start")):
        answer = gateway.http.request(method, f"{PATH}/{upload_id}{what}", headers=headers)
        assert answer.status_code == 404, what


def test_texts_of_any_kind_show_as_themselves(gateway: Gateway) -> None:
    texts = ["<b>bold</b>", '=HYPERLINK("x")', "\u202eabc\u202c \u05d0", "x" * 1_570]
    into = io.StringIO()
    rows = csv.writer(into)
    rows.writerow(["name", "phone"])
    rows.writerows([text, f"097700000{place}"] for place, text in enumerate(texts))
    found = uploaded(gateway, into.getvalue())
    shown = [row["message"] for row in seen(gateway, found["upload_id"], "/rows")["data"]]
    assert shown == [HELLO.replace("{name}", text) for text in texts]
    sent(gateway, found["upload_id"])
    assert [text for _, text in logged(gateway)] == shown


# -- with a key for tests ---------------------------------------------------------------------


@pytest.fixture
def tests(gateway: Gateway) -> Gateway:
    """Give the same account with a key for tests."""
    made = gateway.post("/api/v1/keys", {"name": "try out", "mode": "test"})
    return replace(gateway, key=made.json()["api_key"])


def test_what_a_key_for_tests_uploads_is_rehearsed(gateway: Gateway, tests: Gateway) -> None:
    wallet = wallet_id(gateway.account)
    before = gateway.system.store.position_of(wallet)
    answer = upload(tests, THREE)
    assert (answer.status_code, answer.json()["test"]) == (201, True)
    done = sent(tests, answer.json()["data"]["upload_id"])
    assert (done["state"], done["queued"], done["credits_used"]) == ("done", 2, 2)
    assert logged(tests) == [
        ("+260977000001", "Hello Chanda, your order is ready."),
        ("+260977000003", "Hello Bwalya, your order is ready."),
    ]
    assert logged(gateway) == []
    assert gateway.system.store.position_of(wallet) == before
    assert violations_in(gateway.system.store) == []


def test_a_list_to_the_number_that_cannot_be_paid_waits(tests: Gateway) -> None:
    found = uploaded(tests, "phone,name\n0970000005,Chanda\n")
    waits = sent(tests, found["upload_id"])
    assert (waits["state"], waits["paused"]["code"]) == ("paused", "INSUFFICIENT_CREDITS")


def test_lists_of_tests_and_those_that_are_sent_know_nothing_of_each_other(
    gateway: Gateway, tests: Gateway
) -> None:
    for ours, theirs in ((gateway, tests), (tests, gateway)):
        found = uploaded(ours, THREE)["upload_id"]
        assert [row["upload_id"] for row in seen(ours, "")["data"]] == [found]
        for what in ("start", "pause", "cancel"):
            assert theirs.post(f"{PATH}/{found}/{what}", {}).status_code == 404
        for what in ("", "/rows", "/bad.csv"):
            assert theirs.get(f"{PATH}/{found}{what}").status_code == 404
        do(ours, found, "cancel")
