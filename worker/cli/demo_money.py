"""The demo's mobile money: every simulated provider on a port of its own, and prices."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Final

from adapters.mobile_money import SIMULATED
from adapters.security.secret import Secret, kept_or_made, read_secret
from adapters.server_secret import derived
from adapters.settings import Settings
from application.books.actors import Actor
from application.money.prices import PublishPrices
from application.money.tokens import CallbackTokens
from application.ports import Clock
from application.system import System
from domain.money import Ngwee
from domain.price_list import Pack, PriceList, price_list_id
from domain.values import Credits

NGWEE_PER_CREDIT: Final = Ngwee(50)
PACKS: Final = (Pack("starter", Credits(120), Ngwee(5_000)),)


@contextmanager
def demo_providers(settings: Settings, clock: Clock, *, url: str | None) -> Iterator[Settings]:
    """Run the simulated providers while the block lasts; give settings that have them.

    They call back to ``url``, the gateway's own; None is nowhere.
    """
    from adapters.mobile_money.simulation.payments import SimPayments
    from adapters.mobile_money.simulation.web import serving

    tokens = CallbackTokens(derived(_secret(settings), "callbacks"))
    known = {account.name for account in settings.providers}
    accounts = list(settings.providers)
    with ExitStack() as listening, ExitStack() as asked_to_end:
        for kind, make in SIMULATED.items():
            if kind in known:
                continue
            payments = SimPayments(clock)
            simulated = make(payments, None if url is None else url + tokens.path(kind))
            served = listening.enter_context(serving(payments, simulated))
            asked_to_end.callback(served.ask_to_end)
            accounts.append(replace(simulated.account(served.url), callback_url=url))
        yield replace(settings, providers=tuple(accounts))


def demo_prices(system: System, actor: Actor) -> None:
    """Publish prices, unless there are some."""
    if system.reader.find(PriceList, price_list_id(None)) is None:
        system.committer.execute(
            PublishPrices(
                None,
                ngwee_per_credit=NGWEE_PER_CREDIT,
                vat_percent=0,
                packs=PACKS,
                effective_from=None,
                effective_until=None,
                actor=actor,
                reason="the demo's prices",
                at=system.clock.now(),
            )
        )


def _secret(settings: Settings) -> Secret:
    """Give the server's secret, which a new store does not have yet; a lost one is not made."""
    if settings.server_secret:
        return read_secret(settings.server_secret)
    path = settings.data_dir / "secrets" / "server"
    is_new = settings.database_url is None and not (settings.data_dir / "store.db").exists()
    return kept_or_made(path) if is_new or path.exists() else Secret("")
