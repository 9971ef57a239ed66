"""Messages that came to a phone's SIM: kept as if a modem had told of them."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from api.phones.reading import read_time
from api.phones.settings import INBOUND
from application.messages.incoming import KeepIncoming
from application.system import System
from domain.errors import InvalidKey, InvalidRequest, NotFound
from domain.phone import Phone, phone_id, read_slots, slot_identity
from domain.reports import InboundReceived
from domain.segments import segment
from domain.sim import Sim, sim_id
from domain.tpdu import TpduError, encode_deliver
from domain.values import SECOND, Instant

BROUGHT_MAX: Final = 255
"""Of one message (23.040 9.2.3.24.1)."""


def keep(system: System, device: str, told: Mapping[str, Any]) -> None:
    """Keep what the phone tells of, once, however often it does; other events are nothing to us.

    Raises:
        InvalidKey: the phone was revoked.
        InvalidRequest: it cannot be read.
        NotFound: the phone's SIM has not called yet.
        Unavailable: it could not be kept; the phone tries again.
    """
    if told.get("event") != INBOUND:
        return
    payload = told.get("payload")
    if not isinstance(payload, dict):
        msg = "The payload must be a JSON object."
        raise InvalidRequest(msg)
    sim = _sim(system, device, payload.get("simNumber"))
    incoming = [InboundReceived(pdu) for pdu in pdus_of(payload)]
    system.committer.execute(KeepIncoming(incoming, sim=sim, at=system.clock.now()))


def _sim(system: System, device: str, slot: Any) -> int:
    """Number the SIM: of the slot that is named, else of the phone's first."""
    phone = system.reader.find(Phone, phone_id(device))
    if phone is None or phone.revoked:
        msg = "The phone is not enrolled, or not any more."
        raise InvalidKey(msg)
    slots = sorted(read_slots(phone.slots))
    wanted = slot if isinstance(slot, int) and slot in slots else next(iter(slots), 0)
    sim = system.reader.find(Sim, sim_id(slot_identity(device, wanted)))
    if sim is None:
        msg = "No SIM of this phone is known."
        raise NotFound(msg)
    return sim.number


def pdus_of(payload: Mapping[str, Any]) -> list[bytes]:
    """Write a message as the PDUs of its parts: the app puts them together, as we do.

    The same message at the same second is the same PDUs, so it is kept once.

    Raises:
        InvalidRequest: sender, text or time cannot be read.
    """
    sender, text = payload.get("sender") or payload.get("phoneNumber"), payload.get("message")
    if not isinstance(sender, str) or not isinstance(text, str):
        msg = "The payload must have a sender and a message."
        raise InvalidRequest(msg)
    try:
        received_at = Instant(read_time(payload["receivedAt"]) // SECOND * SECOND)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        msg = "The payload must have the time of receivedAt."
        raise InvalidRequest(msg) from error
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    cut = segment(whole)
    if len(cut.parts) > BROUGHT_MAX:
        msg = "The message is longer than any."
        raise InvalidRequest(msg)
    said = f"{sender}\0{whole}\0{received_at}"
    reference = hashlib.sha256(said.encode("utf-8", "replace")).digest()[0]
    try:
        return [
            encode_deliver(
                sender,
                cut.parts,
                index,
                cut.text.encoding,
                concat_ref=reference,
                taken_at=received_at,
            )
            for index in range(len(cut.parts))
        ]
    except TpduError as error:
        msg = f"The message cannot be kept: {error}."
        raise InvalidRequest(msg) from error
