"""The answers for operators and machines."""

from typing import Any, Literal

from msgspec import Struct


class Health(Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


ReadyWord = Literal["ready", "degraded", "not ready"]
"""Degraded: something that it can do without is away."""


class Ready(Struct, frozen=True, kw_only=True):
    """Whether the process can do its work."""

    status: ReadyWord


class ReadyDetails(Struct, frozen=True, kw_only=True):
    """The same, part by part, for operators."""

    status: ReadyWord
    checks: dict[str, str]
    notes: dict[str, str]
    alarms: dict[str, str]


class Reference(Struct, frozen=True, kw_only=True):
    """The OpenAPI document."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, str]]
    tags: list[dict[str, str]]
    paths: dict[str, Any]
    components: dict[str, Any]
