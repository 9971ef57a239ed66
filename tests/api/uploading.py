"""Uploaded lists that something can be done with, as the person of an account brings them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tests.api.classing import Class, Kind
from tests.api.conftest import Gateway
from tests.support.staff import open_session

LIST: Final = {"template": "Hello {name}", "column": "phone"}
LIST_FILE: Final = b"phone,name\n0977000001,Chanda\n"


def an_upload_of(gateway: Gateway) -> str:
    """Upload a list, of which nothing is sent; give its id."""
    made = gateway.http.post(
        "/api/v1/uploads", data=LIST, files={"file": LIST_FILE}, headers=_session(gateway)
    )
    assert made.status_code == 201, made.text
    found: str = made.json()["data"]["upload_id"]
    return found


def a_started_upload_of(gateway: Gateway) -> str:
    """The same, started."""
    upload = an_upload_of(gateway)
    started = gateway.http.post(f"/api/v1/uploads/{upload}/start", headers=_session(gateway))
    assert started.status_code == 200, started.text
    return upload


def _session(gateway: Gateway) -> dict[str, str]:
    return {"Authorization": f"Bearer {open_session(gateway.system, gateway.account)}"}


ONE_UPLOAD: Final = Class(
    Kind.NAMES,
    names=lambda tenant: [an_upload_of(tenant.gateway)],
    unknown=("up_999999", "999999", "up_0", "x"),
)
UPLOADS: Final[Mapping[tuple[str, str], Class]] = {
    ("POST", "/api/v1/uploads"): Class(Kind.READS, body=LIST, file=LIST_FILE),
    ("GET", "/api/v1/uploads"): Class(Kind.READS),
    ("GET", "/api/v1/uploads/{upload_id}"): ONE_UPLOAD,
    ("GET", "/api/v1/uploads/{upload_id}/rows"): ONE_UPLOAD,
    ("GET", "/api/v1/uploads/{upload_id}/bad.csv"): ONE_UPLOAD,
    ("POST", "/api/v1/uploads/{upload_id}/start"): replace(ONE_UPLOAD, body={}),
    ("POST", "/api/v1/uploads/{upload_id}/pause"): replace(
        ONE_UPLOAD, body={}, names=lambda tenant: [a_started_upload_of(tenant.gateway)]
    ),
    ("POST", "/api/v1/uploads/{upload_id}/cancel"): replace(ONE_UPLOAD, body={}),
}
