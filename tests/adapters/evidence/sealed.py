"""A gateway whose log is sealed by hand, for what is made of seals."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from adapters.security.signing import Ed25519Key
from application.accounts import MoveCredits
from application.books.actors import Actor
from application.ports import Store
from application.proof.chapters import newest_chapter
from application.proof.sealing import Sealer
from domain.proof.notes import SealKey
from domain.values import Credits
from tests.application.sending import send
from tests.support.virtual import Gateway, open_account, virtual_gateway


@dataclass
class Sealed:
    """A gateway and its sealer; nothing is sealed but when it is told to."""

    gateway: Gateway
    sealer: Sealer
    account: int
    key_id: str

    @property
    def store(self) -> Store:
        return self.gateway.system.store

    @property
    def key(self) -> SealKey:
        seal = newest_chapter(self.gateway.system.reader)
        assert seal is not None
        return SealKey.read(seal.key)

    def work(self, rounds: int) -> None:
        """Grant credits and send messages."""
        for _ in range(rounds):
            self.gateway.run(
                MoveCredits(
                    self.account,
                    Credits(7),
                    is_grant=True,
                    alone_max=0,
                    actor=Actor("test"),
                    reason="test",
                    at=self.gateway.clock.now(),
                )
            )
            for _ in range(3):
                at = self.gateway.clock.now()
                self.gateway.run(send(self.account, self.key_id, at=at))

    def seal(self) -> str:
        """Seal what is there; give the checkpoint."""
        self.gateway.clock.pass_s(60)
        note = self.sealer.step()
        assert note is not None
        return note


@contextmanager
def sealed_gateway(key: Ed25519Key) -> Iterator[Sealed]:
    """Give a gateway with an account that has credits."""
    with virtual_gateway() as gateway:
        account, key_id = open_account(gateway, credits=50)
        system = gateway.system
        sealer = Sealer(
            store=system.store,
            reader=system.reader,
            execute=gateway.run,
            clock=gateway.clock,
            key=key,
            holder="test",
            writer=system.writer,
        )
        yield Sealed(gateway, sealer, account, key_id)
