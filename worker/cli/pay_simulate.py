"""Runs one simulated provider of mobile money until it is interrupted."""

import signal
import threading
from dataclasses import fields

import click

from adapters.clock import SystemClock
from adapters.mobile_money import SIMULATED
from adapters.mobile_money.simulation.payments import SimPayments
from adapters.mobile_money.simulation.web import serving
from adapters.security.secret import Secret
from adapters.settings.providers import ProviderSettings


def run_simulator(
    provider: str, port: int, *, scenario: str, seed: int, callback_url: str | None
) -> None:
    """Serve a provider on 127.0.0.1, and say what the settings need to reach it.

    SIGINT and SIGTERM end it, so it runs in the main thread.

    Raises:
        ClickException: the port cannot be had.
    """
    payments = SimPayments(SystemClock(), seed=seed, scenario=scenario)
    simulated = SIMULATED[provider](payments, callback_url)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with serving(payments, simulated, port=port) as served:
            account = "\n".join(lines_of_settings(simulated.account(served.url)))
            click.echo(f"a simulated {provider} answers at {served.url}; Ctrl-C ends it\n{account}")
            stop.wait()
    except OSError as error:
        msg = f"Port {port} cannot be had: {error.strerror}."
        raise click.ClickException(msg) from error


def lines_of_settings(account: ProviderSettings) -> list[str]:
    """Give the account as a configuration file says it, and what its secrets stand for."""
    lines = ["[[providers]]"]
    comments = []
    for item in fields(account):
        value = getattr(account, item.name)
        if isinstance(value, Secret):
            variable = f"{account.name}_{item.name}".upper()
            lines.append(f'{item.name} = "env:{variable}"')
            comments.append(f"# export {variable}='{value.reveal()}'")
        elif isinstance(value, str) and value != item.default:
            lines.append(f'{item.name} = "{value}"')
    return lines + comments
