"""Each setting is read somewhere: one that nothing reads is a promise that nobody keeps."""

import ast
from collections.abc import Iterable
from dataclasses import fields
from typing import Final

from adapters.settings import Settings
from adapters.settings.providers import ProviderSettings
from application.ports import LocalPhoneSettings, ModemSettings
from domain.rate_limits import Limits
from tests.tidy.sources import ROOMS, Source, nodes, sources

HOME: Final = "adapters/settings/"


def unread(names: Iterable[str], files: Iterable[Source]) -> set[str]:
    """Give the names that no file outside the settings' own folder reads as an attribute."""
    read = {
        node.attr
        for source in files
        if not source.name.startswith(HOME)
        for node in nodes(source.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    return set(names) - read


def test_each_setting_is_read() -> None:
    derived = {
        *("numbering_plan", "numbering_other"),  # read by Settings.numbering
        "phones_public_url",  # read by Settings.phones_reached_at
        *("fee_flat_ngwee", "fee_per_10_000"),  # read by ProviderSettings.fees
    }
    kinds = (Settings, ModemSettings, LocalPhoneSettings, ProviderSettings, Limits)
    names = {item.name for kind in kinds for item in fields(kind)}
    assert unread(names - derived, sources(*ROOMS)) == set()


def test_a_setting_that_nothing_reads_is_found() -> None:
    files = [Source(f"{HOME}model.py", "x.port"), Source("worker/a.py", "s.host\nport = 1")]
    assert unread(["host", "port"], files) == {"port"}
