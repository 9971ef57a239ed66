"""What a setting's value may be, in words for whoever typed it; nothing typed is quoted here."""

import re
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

from domain.addresses import UNIX_SOCKET, read_network
from domain.airtime import USSD_CODE
from domain.errors import InvalidRequest
from domain.phone import read_slots
from domain.sender_id_rules import SENDER_ID_CHARACTERS_MAX, check_sender_id

PORT_MAX: Final = 65_535

_PORT: Final = re.compile(r"[0-9]{1,5}")

Check = Callable[[Any], None]
"""Looks at a value of the right type; raises ``ValueError`` with what it must be."""


def within(least: float, most: float) -> Check:
    """Make a check of a number's range, both ends included."""

    def check(value: float) -> None:
        if not least <= value <= most:
            msg = f"must be from {least:,} to {most:,}"
            raise ValueError(msg)

    return check


def one_of(words: Sequence[str]) -> Check:
    """Make a check of a closed set of words."""

    def check(value: str) -> None:
        if value not in words:
            msg = f"must be {_either(words)}{did_you_mean(value, words)}"
            raise ValueError(msg)

    return check


def provider_name(value: str) -> None:
    """Check the name of an account with a provider, which also names accounts of the ledger."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", value):
        msg = "must be at most 32 of a to z, 0 to 9 and dashes, such as mtn-zm"
        raise ValueError(msg)


def url(schemes: Sequence[str]) -> Check:
    """Make a check of an address; it may hold a password, so nothing of it is quoted."""

    def check(value: str) -> None:
        try:
            is_usable = urlsplit(value).scheme in schemes
        except ValueError:
            is_usable = False
        if not is_usable:
            msg = f"must be a URL that begins with {_either([f'{s}:' for s in schemes])}"
            raise ValueError(msg)

    return check


_begins_with_http: Final = url(["http", "https"])


def web_url(value: str) -> None:
    """Check an address of the web: one that leads to a host."""
    _begins_with_http(value)
    try:
        parts = urlsplit(value)
        is_usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        msg = f"must name a host, and a port from 1 to {PORT_MAX} or none"
        raise ValueError(msg)


def collector(value: str) -> None:
    """Check where traces go, and that what sends them is installed: it is an extra."""
    web_url(value)
    parts = urlsplit(value)
    if parts.username is not None or parts.query or parts.fragment:
        msg = "must be a scheme, a host, a port and a path at most: no name, no query"
        raise ValueError(msg)
    try:
        is_installed = find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        is_installed = False
    if not is_installed:
        msg = "needs what is not installed here: pip install 'ngoma[traces]'"
        raise ValueError(msg)


def proxies(values: Iterable[str]) -> None:
    """Check that each is an IP address or a network, or stands for a Unix socket."""
    for value in values:
        try:
            if value != UNIX_SOCKET:
                read_network(value, strict=False)
        except ValueError as error:
            msg = f"must be IP addresses, networks such as 10.0.0.0/8, or {UNIX_SOCKET}"
            raise ValueError(msg) from error


def networks(values: Iterable[str]) -> None:
    """Check that each is an IP address or a network."""
    for value in values:
        try:
            read_network(value)
        except ValueError as error:
            msg = "must be IP addresses or networks, such as 127.0.0.0/8"
            raise ValueError(msg) from error


def listener(value: str) -> None:
    """Check that it is a host with a port, or the path of a socket."""
    host_and_port(value)


def host_and_port(value: str) -> tuple[str, int] | None:
    """Read ``host:port``, with an IPv6 address in brackets; None for a path.

    Raises:
        ValueError: it is neither; says what it must be.
    """
    if "/" in value:
        return None
    host, _, port = value.rpartition(":")
    if not host or _PORT.fullmatch(port) is None or int(port) > PORT_MAX:
        msg = "must be host:port, or a path with a slash"
        raise ValueError(msg)
    return host.removeprefix("[").removesuffix("]"), int(port)


def not_blank(value: str) -> None:
    """Check that there is something."""
    if not value.strip():
        msg = "must not be empty"
        raise ValueError(msg)


def sender_id(value: str) -> None:
    """Check that messages can come from it: an account may send under it without asking."""
    try:
        check_sender_id(value)
    except InvalidRequest as error:
        msg = (
            f"must have at most {SENDER_ID_CHARACTERS_MAX} characters, only A-Z, a-z, 0-9 and"
            " space, and at least one letter"
        )
        raise ValueError(msg) from error


def phone_slots(values: Iterable[str]) -> None:
    """Check which networks the SIMs in a phone are of."""
    try:
        is_usable = bool(read_slots(list(values)))
    except InvalidRequest:
        is_usable = False
    if not is_usable:
        msg = 'must be a list of SLOT=NETWORK, such as ["1=mtn", "2=airtel"]'
        raise ValueError(msg)


def ussd_code(value: str) -> None:
    """Check that a network can be asked it."""
    if re.fullmatch(USSD_CODE, value) is None:
        msg = 'must be * or #, digits, and # at the end, such as "*114#"'
        raise ValueError(msg)


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Give "; did you mean …?" for a word that looks like a known one, else nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - lazy: only who mistyped

    close = get_close_matches(given, list(known), n=1, cutoff=0.7)
    return f"; did you mean {close[0]}?" if close else ""


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
