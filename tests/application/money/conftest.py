"""A till for each kind of provider, opened once for all tests of a file."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from tests.conformance.mobile_money_rigs import KINDS
from tests.support.invariants import violations_in
from tests.support.topups import Till, till


@pytest.fixture(scope="module")
def tills() -> Iterator[Mapping[str, Till]]:
    with ExitStack() as stack:
        opened = {name: stack.enter_context(till(kind)) for name, kind in KINDS.items()}
        for one in opened.values():
            one.publish(50)
        yield opened
        found = {name: list(violations_in(one.system.store)) for name, one in opened.items()}
        assert not any(found.values()), found
