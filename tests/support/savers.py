"""Savers beside that of a gateway, as another process has one, and what they reserved."""

from adapters.store.numbers import BlockNumbers
from application.books.codec import event_mapper
from application.books.saver import Saver
from domain.wallet import CreditWallet
from tests.support.virtual import Gateway, SeededRandomness


class OtherSaver(Saver):
    """A saver of another process over the same store."""

    def __init__(self, gateway: Gateway, seed: int) -> None:
        system = gateway.system
        super().__init__(
            store=system.store,
            mapper=event_mapper(),
            clock=gateway.clock,
            randomness=SeededRandomness(seed),
            numbers=BlockNumbers(system.store),
            writer=system.writer,
            pause=gateway.clock.pass_s,
        )


def reserved(gateway: Gateway) -> list[tuple[int, int]]:
    """Give first number and count of each reservation in the log."""
    gateway.watch.follow()
    return [
        (event.first_number, event.count)
        for _, event in gateway.watch.events
        if isinstance(event, CreditWallet.Reserved)
    ]
