"""A gateway without threads for the tests of the use cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from application.messages.accept import SendMessages
from application.messages.accepted import Accepted
from domain.wallet import CreditWallet, wallet_id
from tests.application.sending import send
from tests.support.virtual import Answer, Gateway, open_account, virtual_gateway


@dataclass
class Account:
    """An account of a gateway, and how it sends."""

    gateway: Gateway
    number: int
    key_id: str

    def command(self, **fields: Any) -> SendMessages:
        return send(self.number, self.key_id, **{"at": self.gateway.clock.now(), **fields})

    def submit(self, **fields: Any) -> Answer[Accepted]:
        return self.gateway.submit(self.command(**fields))

    def send(self, **fields: Any) -> Accepted:
        return self.gateway.run(self.command(**fields))

    @property
    def available(self) -> int:
        wallet = self.gateway.system.reader.find(CreditWallet, wallet_id(self.number))
        assert wallet is not None
        return wallet.available


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """Give a gateway whose log is checked at the end."""
    with virtual_gateway() as gateway:
        yield gateway
        gateway.watch.follow()
        assert gateway.watch.checker.violations == []


@pytest.fixture
def account(gateway: Gateway) -> Account:
    """Give an account with 100 credits."""
    return Account(gateway, *open_account(gateway, credits=100))
