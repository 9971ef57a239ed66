"""Prices and top-ups to begin with, where a test is about something else."""

from adapters.security.secret import Secret
from adapters.settings.providers import ProviderSettings
from application.books.actors import Actor
from application.money.prices import PublishPrices
from application.money.topups import RequestTopUp, TopUpWish
from application.system import System
from domain.money import Ngwee
from domain.msisdn import Msisdn
from domain.price_list import Pack
from domain.public_ids import top_up_id
from domain.values import Credits, Network
from tests.api.conftest import Gateway

NEVER_ASKED = ProviderSettings(
    name="mtn",
    kind="mtn",
    base_url="http://127.0.0.1:1",
    user="user",
    secret=Secret("secret"),
    subscription_key=Secret("key"),
)
STARTER = Pack("starter", Credits(120), Ngwee(5_000))


def publish(system: System, ngwee_per_credit: int = 50, *packs: Pack) -> str:
    """Set what a credit costs, from now on."""
    return system.committer.execute(
        PublishPrices(
            None,
            ngwee_per_credit=ngwee_per_credit,
            vat_percent=0,
            packs=packs,
            effective_from=None,
            effective_until=None,
            actor=Actor("os:test@host"),
            reason="test",
            at=system.clock.now(),
        )
    )


def a_top_up_of(gateway: Gateway) -> str:
    """Store a top-up of K50, whose provider the settings do not have; give its id."""
    publish(gateway.system)
    wish = TopUpWish(
        account=gateway.account,
        actor=Actor.of(gateway.account),
        amount_ngwee=Ngwee(5_000),
        pack=None,
        payer=Msisdn("+260961234567"),
        network=Network.MTN,
        provider="mtn",
        idempotency_key=None,
        at=gateway.system.clock.now(),
    )
    asked = gateway.system.committer.execute(RequestTopUp(wish, write_reference=bytes.hex))
    return top_up_id(asked.number)
