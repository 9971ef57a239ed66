"""A fall below the low balance that is on record is one (invariant I2)."""

import pytest

from domain.wallet import CreditWallet
from tests.application.invariants.test_checker import History


@pytest.mark.parametrize("wrong", [{"available": 96}, {"low_balance": 97}])
def test_i2_finds_a_fall_that_was_none(wrong: dict[str, int]) -> None:
    history = History()
    history.wallet.choose_low_balance(98, actor="account:7", at=history.at)
    history.keep(history.wallet)
    history.send(1, 2, 3)
    assert history.violations() == []
    history.change(CreditWallet.FellLow, **wrong)
    assert [one.name for one in history.violations()] == ["I2"]
