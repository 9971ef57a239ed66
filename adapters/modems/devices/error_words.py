"""Errors in words, as modems say them under ``AT+CMEE=2``, and the numbers that they stand for.

The words are those of 3GPP 27.005 3.2.5, 24.011 Annex E-2, 23.040 9.2.3.22 and 27.007 9.2; a
device that says others gets its row here. What no row has says nothing.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_CMS: Final = (
    (1, "unassigned (unallocated) number", "unassigned number"),
    (8, "operator determined barring"),
    (10, "call barred"),
    (17, "network failure"),
    (21, "short message transfer rejected"),
    (22, "memory capacity exceeded"),
    (27, "destination out of order", "destination out of service"),
    (28, "unidentified subscriber"),
    (29, "facility rejected"),
    (30, "unknown subscriber"),
    (38, "network out of order"),
    (41, "temporary failure"),
    (42, "congestion"),
    (47, "resources unavailable, unspecified", "resources unavailable"),
    (50, "requested facility not subscribed"),
    (69, "requested facility not implemented"),
    (81, "invalid short message transfer reference value", "invalid transfer reference value"),
    (95, "invalid message, unspecified", "semantically incorrect message"),
    (96, "invalid mandatory information"),
    (97, "message type non-existent or not implemented", "message type non-existent"),
    (98, "message not compatible with short message protocol state"),
    (99, "information element non-existent or not implemented"),
    (111, "protocol error, unspecified", "protocol error"),
    (127, "interworking, unspecified", "interworking unspecified"),
    (128, "telematic interworking not supported"),
    (129, "short message type 0 not supported"),
    (130, "cannot replace short message"),
    (143, "unspecified tp-pid error"),
    (144, "data coding scheme (alphabet) not supported", "data coding scheme not supported"),
    (145, "message class not supported"),
    (159, "unspecified tp-dcs error"),
    (160, "command cannot be actioned"),
    (161, "command unsupported"),
    (175, "unspecified tp-command error"),
    (176, "tpdu not supported"),
    (192, "sc busy"),
    (193, "no sc subscription"),
    (194, "sc system failure"),
    (195, "invalid sme address"),
    (196, "destination sme barred"),
    (197, "sm rejected-duplicate sm", "sm rejected - duplicate sm"),
    (198, "tp-vpf not supported"),
    (199, "tp-vp not supported"),
    (208, "sim sms storage full"),
    (209, "no sms storage capability in sim"),
    (210, "error in ms"),
    (211, "memory capacity exceeded (ms)"),
    (212, "sim application toolkit busy"),
    (213, "sim data download error"),
    (255, "unspecified error cause"),
    (300, "me failure", "phone failure"),
    (301, "sms service of me reserved", "sms me reserved"),
    (302, "operation not allowed"),
    (303, "operation not supported"),
    (304, "invalid pdu mode parameter"),
    (305, "invalid text mode parameter"),
    (310, "sim not inserted"),
    (311, "sim pin required", "sim pin necessary"),
    (312, "ph-sim pin required", "ph-sim pin necessary"),
    (313, "sim failure"),
    (314, "sim busy"),
    (315, "sim wrong"),
    (316, "sim puk required"),
    (317, "sim pin2 required"),
    (318, "sim puk2 required"),
    (320, "memory failure"),
    (321, "invalid memory index", "invalid index"),
    (322, "memory full"),
    (330, "smsc address unknown", "sca address unknown"),
    (331, "no network service", "no network"),
    (332, "network timeout"),
    (340, "no +cnma acknowledgement expected", "no cnma acknowledgement expected"),
    (500, "unknown error", "unknown"),
)
_CME: Final = (
    (0, "phone failure", "me failure"),
    (1, "no connection to phone"),
    (2, "phone-adaptor link reserved", "phone adaptor link reserved"),
    (3, "operation not allowed"),
    (4, "operation not supported"),
    (5, "ph-sim pin required"),
    (6, "ph-fsim pin required"),
    (7, "ph-fsim puk required"),
    (10, "sim not inserted"),
    (11, "sim pin required", "sim pin necessary"),
    (12, "sim puk required", "sim puk necessary"),
    (13, "sim failure"),
    (14, "sim busy"),
    (15, "sim wrong"),
    (16, "incorrect password"),
    (17, "sim pin2 required"),
    (18, "sim puk2 required"),
    (20, "memory full"),
    (21, "invalid index"),
    (22, "not found"),
    (23, "memory failure"),
    (24, "text string too long"),
    (25, "invalid characters in text string"),
    (26, "dial string too long"),
    (27, "invalid characters in dial string"),
    (30, "no network service"),
    (31, "network timeout"),
    (32, "network not allowed - emergency calls only", "network not allowed, emergency calls only"),
    (40, "network personalization pin required"),
    (41, "network personalization puk required"),
    (42, "network subset personalization pin required"),
    (43, "network subset personalization puk required"),
    (44, "service provider personalization pin required"),
    (45, "service provider personalization puk required"),
    (46, "corporate personalization pin required"),
    (47, "corporate personalization puk required"),
    (48, "hidden key required"),
    (49, "eap method not supported"),
    (50, "incorrect parameters", "invalid parameters"),
    (51, "command implemented but currently disabled"),
    (52, "command aborted by user"),
    (53, "not attached to network due to mt functionality restrictions"),
    (54, "modem not allowed - mt restricted to emergency calls only"),
    (56, "fixed dial number only allowed - called number is not a fixed dial number"),
    (57, "temporarily out of service due to other mt usage"),
    (58, "language/alphabet not supported"),
    (59, "unexpected data value"),
    (60, "system failure"),
    (61, "data missing"),
    (62, "call barred"),
    (63, "message waiting indication subscription failure"),
    (100, "unknown", "unknown error"),
    (103, "illegal ms"),
    (106, "illegal me"),
    (107, "gprs services not allowed"),
    (108, "gprs services and non gprs services not allowed"),
    (111, "plmn not allowed"),
    (112, "location area not allowed"),
    (113, "roaming not allowed in this location area"),
    (126, "insufficient resources"),
    (148, "unspecified gprs error"),
)

_SPACE: Final = re.compile(r"\s+")


def _plain(words: str) -> str:
    """Bring words into one form: small letters, ``SIM`` for ``(U)SIM``, no marks around them."""
    plain = _SPACE.sub(" ", words.casefold()).strip(" \"'.")
    for other, own in (("(u)sim", "sim"), ("usim", "sim"), ("isation", "ization")):
        plain = plain.replace(other, own)
    return plain


def _by_words(table: tuple[tuple[int | str, ...], ...]) -> Mapping[str, int]:
    return MappingProxyType(
        {str(words): int(number) for number, *forms in table for words in forms}
    )


CMS_WORDS: Final[Mapping[str, int]] = _by_words(_CMS)
"""What stands after ``+CMS ERROR:``, in small letters, by number (27.005 3.2.5)."""

CME_WORDS: Final[Mapping[str, int]] = _by_words(_CME)
"""The same after ``+CME ERROR:`` (27.007 9.2)."""


def number_of(words: str, table: Mapping[str, int]) -> int | None:
    """Give the number that error words mean, in any case and with or without (U)."""
    return table.get(_plain(words))


def words_of(number: int, table: Mapping[str, int]) -> str | None:
    """Give the first words that mean a number, as an emulated modem says them."""
    return next((words for words, each in table.items() if each == number), None)
