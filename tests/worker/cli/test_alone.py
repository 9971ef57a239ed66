"""Whether a server runs on an embedded store: commands then leave the read models to it."""

from pathlib import Path

import click
import pytest

from worker.cli.alone import alone, is_served


def test_a_store_is_served_while_one_holds_its_lock_and_a_second_is_refused(tmp_path: Path) -> None:
    assert not is_served(tmp_path)
    with alone(tmp_path):
        assert is_served(tmp_path)
        assert is_served(tmp_path), "looking takes nothing away"
        with pytest.raises(click.ClickException, match="runs on"), alone(tmp_path):
            pass
    assert not is_served(tmp_path)
    with alone(tmp_path):
        assert is_served(tmp_path)
