"""What a simulated network answers by USSD, and the airtime of its SIMs."""

from collections.abc import Sequence
from typing import Final

from adapters.modems.simulated.sim_card import SimCard

PRICE_NGWEE: Final = 25
"""What a segment costs."""
ANSWERS: Final = {
    "02": "Your balance is K{kwacha}. Valid until 31/12/2026.\r\nDial *117# for bundles.",
    "01": "Airtel: Main balance: ZMW {kwacha}",
    "03": "Dear customer, your main account balance is {kwacha} Kwacha.",
}
"""By the network's code in the IMSI."""
NO_AIRTIME: Final = {"02": 38, "01": 21, "03": 500}
"""+CMS ERROR that a segment of a SIM without airtime gets: each network has its own."""


def answer_to(card: SimCard) -> str:
    """Give what the network says of a SIM's balance."""
    ngwee = card.airtime_ngwee if card.airtime_ngwee is not None else 10_000
    template = ANSWERS.get(card.imsi[3:5], ANSWERS["02"])
    return template.format(kwacha=f"{ngwee // 100}.{ngwee % 100:02}")


def lines_for(card: SimCard, goes: str | None) -> Sequence[str]:
    """Give what is said after the OK; ``goes`` is how it goes wrong (``ussd`` of a script)."""
    match goes:
        case "silent":
            return ()
        case "refused":
            return ("+CUSD: 4",)
        case "session":
            return (f'+CUSD: 1,"{answer_to(card)}\r\n1. More",15',)
        case "hex":
            return (f'+CUSD: 0,"{answer_to(card).encode("utf-16-be").hex().upper()}",72',)
    return (f'+CUSD: 0,"{answer_to(card)}",15',)


def pay(card: SimCard | None) -> int | None:
    """Take a segment's price; the number of the error when there is too little, and None else."""
    if card is None or card.airtime_ngwee is None:
        return None
    if card.airtime_ngwee < PRICE_NGWEE:
        return NO_AIRTIME.get(card.imsi[3:5], 38)
    card.airtime_ngwee -= PRICE_NGWEE
    return None
