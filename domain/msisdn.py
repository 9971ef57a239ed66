"""Reads Zambian mobile numbers, and says which network carries them by which plan."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, NewType, Protocol

from domain.errors import InvalidRecipient
from domain.values import Network

Msisdn = NewType("Msisdn", str)
"""A Zambian mobile number in E.164, as ``normalise`` gives it: ``+260`` and nine digits."""


class NumberingPlan(StrEnum):
    """Whose prefix table decides the network (contract decision 4)."""

    PUBLISHED = "published"
    NATIONAL = "national"


PLAN_VERSIONS: Final[Mapping[NumberingPlan, str]] = MappingProxyType(
    {NumberingPlan.PUBLISHED: "published-1", NumberingPlan.NATIONAL: "national-1"}
)
"""Names a table for ever: whoever changes a table below raises its number here."""

PREFIXES: Final[Mapping[NumberingPlan, Mapping[str, Network]]] = MappingProxyType(
    {
        # The prefix table of the WilCybertek document.
        NumberingPlan.PUBLISHED: MappingProxyType(
            {
                **dict.fromkeys(("76", "96", "97"), Network.MTN),
                **dict.fromkeys(("75", "95", "77"), Network.AIRTEL),
                **dict.fromkeys(("50", "55", "56"), Network.ZAMTEL),
            }
        ),
        # libphonenumber 9.0.43, resources/carrier/en/260.txt.
        NumberingPlan.NATIONAL: MappingProxyType(
            {
                **dict.fromkeys(("56", "76", "96"), Network.MTN),
                **dict.fromkeys(("57", "77", "97"), Network.AIRTEL),
                **dict.fromkeys(("55", "75", "95"), Network.ZAMTEL),
            }
        ),
    }
)
"""The first two digits after +260, and the network that each plan gives them."""

OTHER_PREFIXES: Final = frozenset({"58", "78", "79", "98"})
"""Mobile numbers of networks for which we have no SIM (contract decision 4)."""

_MOBILE: Final = OTHER_PREFIXES.union(*PREFIXES.values())
_WRITTEN: Final = re.compile(r"(?:\+?260|00260|0)([0-9]{9})")
_NATIONAL_DIGITS: Final = 9
_SEPARATORS: Final = re.compile(r"[ .()\[\]]|(?<!^)-")  # a dash in front is a sign
_DECIMALS: Final = re.compile(r"\.[^0-9]*[0-9]{1,2}[^0-9]*\Z")
_MAX_WRITTEN_CHARACTERS: Final = 40
_EXAMPLE: Final = "for example 260977123456"

# The first that fits is the answer; each is tried on the number without its separators.
_FAULTS: Final = (
    (re.compile(r"\s*$"), "The recipient is empty."),
    (
        re.compile(r".*[^\x00-\x7f]", re.DOTALL),
        "The recipient contains a character outside ASCII; digits are 0 to 9.",
    ),
    (
        re.compile(r"(?!\+?[0-9]+\Z)"),
        "The recipient may hold only digits, a leading +, spaces, dots, dashes and brackets.",
    ),
    (
        re.compile(r"[579][0-9]{8}\Z"),
        f"The recipient lacks its country code: write it in full, {_EXAMPLE}.",
    ),
    (
        re.compile(r"(?:\+|00)?2600"),
        f"The recipient has a 0 after the country code: leave it out, {_EXAMPLE}.",
    ),
    (re.compile(r"(?:\+|00)(?!260)"), "The recipient is not a Zambian number."),
)


def normalise(raw: str | int) -> Msisdn:
    """Read a recipient in any form of contract decision 3; a JSON number is read as its digits.

    White space around it does not count. A dot separates groups of digits: what ends in one and
    one or two digits went through a spreadsheet, and may have lost others.

    Raises:
        InvalidRecipient: says what is wrong, without the number.
    """
    if isinstance(raw, int):
        raw = _digits_of(raw)
    match = _WRITTEN.fullmatch(raw)
    if match is None:
        raw = raw.strip()
        if len(raw) > _MAX_WRITTEN_CHARACTERS:
            raise InvalidRecipient("The recipient is too long for a phone number.")
        if not raw.isprintable():
            raise InvalidRecipient("The recipient holds a character that cannot be seen.")
        if _DECIMALS.search(raw):
            raise InvalidRecipient(
                "The recipient ends in a dot and decimals, as a spreadsheet writes an amount: "
                f"write it in full and as text, {_EXAMPLE}."
            )
        number = _SEPARATORS.sub("", raw)
        match = _WRITTEN.fullmatch(number)
        if match is None:
            raise InvalidRecipient(_what_is_wrong(number))
    national = match[1]
    if national[:2] not in _MOBILE:
        raise InvalidRecipient("The recipient is not a Zambian mobile number.")
    return Msisdn("+260" + national)


def wire(msisdn: Msisdn) -> str:
    """Give the form of the WilCybertek dialect: without the plus."""
    return msisdn[1:]


def masked(msisdn: Msisdn) -> str:
    """Give the form for logs and operators: ``+26097*****56``."""
    return f"{msisdn[:6]}*****{msisdn[-2:]}"


def as_reported(address: str) -> str:
    """Give the stored form of a number as a network writes it in an address of any type.

    National and unknown types leave out prefixes; what is no Zambian mobile number stays as it is.
    """
    digits = address.removeprefix("+")
    national = digits[-_NATIONAL_DIGITS:]
    is_whole = digits[:-_NATIONAL_DIGITS] in {"", "0", "260", "00260"}
    return f"+260{national}" if is_whole and national[:2] in _MOBILE else address


def search_forms(text: str) -> str | None:
    """Give the digits to look for inside stored numbers, from what a person typed.

    The country and trunk prefixes of any written form, also of one that is cut short, become
    those of the stored form, so whatever is part of a number finds it.
    None when the text cannot be part of a number.
    """
    if len(text) > _MAX_WRITTEN_CHARACTERS:
        return None
    typed = _SEPARATORS.sub("", text)
    digits = typed.removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()):
        return None
    if typed != digits:
        return digits if _starts_alike(digits, "260") else None
    if digits.startswith("00") and _starts_alike(digits[2:], "260"):
        digits = digits[2:] or "0"
    elif re.match("0[579]", digits):
        digits = digits[1:]
    return digits if len(digits) <= len("260977123456") else None


@dataclass(frozen=True, slots=True)
class Route:
    """Which network carries a number, and how that was decided.

    ``plan_version`` names the active table and, after a plus, what decided in its stead:
    ``published-1``, ``published-1+national-1``, ``published-1+other``, ``published-1+override``.
    """

    network: Network
    plan_version: str


class PlanDifference(NamedTuple):
    """A prefix (``097``) on which the plans do not agree; None where a plan lacks it."""

    prefix: str
    published: Network | None
    national: Network | None


class Overrides(Protocol):
    """Ported numbers, by their E.164 form."""

    def get(self, msisdn: str, /) -> Network | None:
        """Give the network that a number was ported to; None when it was to none."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """The numbering plan in force; ``other`` carries the prefixes that no plan gives to a network.

    ``overrides`` comes before both.
    """

    plan: NumberingPlan = NumberingPlan.PUBLISHED
    other: Network | None = None
    overrides: Overrides = field(default_factory=dict[str, Network], hash=False)
    _routes: Mapping[str, Route] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_routes", _routes_of(self.plan, self.other))

    @property
    def plan_version(self) -> str:
        """The version of the active table, for example ``published-1``."""
        return PLAN_VERSIONS[self.plan]

    def route(self, msisdn: Msisdn) -> Route:
        """Say which network carries ``msisdn``.

        Raises:
            InvalidRecipient: the number belongs to a network for which there is no SIM.
        """
        if (network := self.overrides.get(msisdn)) is not None:
            return Route(network, f"{self.plan_version}+override")
        route = self._routes.get(msisdn[4:6])
        if route is None:
            raise InvalidRecipient("The recipient's network is not one that this gateway serves.")
        return route

    def differences(self) -> list[PlanDifference]:
        """Give every prefix on which the two plans differ, in order, for ``doctor``."""
        published = PREFIXES[NumberingPlan.PUBLISHED]
        national = PREFIXES[NumberingPlan.NATIONAL]
        return [
            PlanDifference(f"0{prefix}", published.get(prefix), national.get(prefix))
            for prefix in sorted(published.keys() | national.keys())
            if published.get(prefix) is not national.get(prefix)
        ]


def _routes_of(plan: NumberingPlan, other: Network | None) -> Mapping[str, Route]:
    """Decide every prefix once, so that routing a message is one look-up."""
    fallback = (
        NumberingPlan.NATIONAL if plan is NumberingPlan.PUBLISHED else NumberingPlan.PUBLISHED
    )
    version = PLAN_VERSIONS[plan]
    instead = f"{version}+{PLAN_VERSIONS[fallback]}"
    routes = {prefix: Route(network, instead) for prefix, network in PREFIXES[fallback].items()}
    routes |= {prefix: Route(network, version) for prefix, network in PREFIXES[plan].items()}
    if other is not None:
        routes |= dict.fromkeys(OTHER_PREFIXES, Route(other, f"{version}+other"))
    return MappingProxyType(routes)


def _digits_of(number: int) -> str:
    # bool is an int to Python, and turning a huge int into text is slow or refused.
    if isinstance(number, bool) or not 0 < number < 10**15:
        raise InvalidRecipient(f"The recipient must be a phone number, {_EXAMPLE}.")
    return str(number)


def _starts_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _what_is_wrong(number: str) -> str:
    """Say in one sentence why ``number``, without separators, is refused; never quotes it."""
    for pattern, sentence in _FAULTS:
        if pattern.match(number):
            return sentence
    return f"The recipient has too few or too many digits for a Zambian number, {_EXAMPLE}."
