"""The answers for operators and machines."""

from typing import Any, Literal

from msgspec import Struct


class Health(Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(Struct, frozen=True, kw_only=True):
    """Whether the process can do its work, part by part; degraded is ready without some of them."""

    status: Literal["ready", "degraded", "not ready"]
    checks: dict[str, str]


class Reference(Struct, frozen=True, kw_only=True):
    """The OpenAPI document."""

    openapi: str
    info: dict[str, str]
    paths: dict[str, Any]
    components: dict[str, Any]
