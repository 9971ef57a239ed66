"""The house rules hold in every file, and each rule finds what breaks it."""

import fnmatch
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.tidy import rules
from tests.tidy.sources import ROOMS, ROOT, Source, sources

CONFIGURES_LOGS = "adapters/observability/logs.py"
"""Sets the levels of other libraries' loggers as well."""

READS_BODIES = {
    "domain/contents.py",
    "application/messages/accepted.py",
    "api/http/fields.py",  # the body of a request
}

Rule = Callable[[Source], Iterator[str]]


def _require(rule: Rule, *folders: str) -> None:
    places = [place for source in sources(*folders) for place in rule(source)]
    assert not places, "\n".join(["", *places])


# -- the tree -------------------------------------------------------------------------------


def test_the_root_folders_are_the_rooms() -> None:
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()]
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir()
        and not path.name.startswith(".")
        and not any(fnmatch.fnmatch(path.name, pattern) for pattern in ignored)
    }
    assert folders == {*ROOMS, "tests", "deploy", "docs", "findings"}


def test_no_file_is_named_for_having_no_subject() -> None:
    names = [source.name for source in sources(*ROOMS, "tests")]
    assert [n for n in names if n.rpartition("/")[2] in rules.BANNED_FILE_NAMES] == []


# -- every file -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule",
    [
        rules.opens_without_a_sentence,
        rules.is_too_long,
        rules.catches_everything_without_saying_why,
    ],
)
@pytest.mark.slow
def test_every_file_keeps(rule: Rule) -> None:
    _require(rule, *ROOMS, "tests", "api/clients/python")


def test_every_logger_stands_below_the_one_root() -> None:
    files = [source for source in sources(*ROOMS) if source.name != CONFIGURES_LOGS]
    assert [place for file in files for place in rules.logs_outside_the_product(file)] == []


# -- contents -------------------------------------------------------------------------------


def test_kinds_of_contents_are_never_bare_strings() -> None:
    _require(rules.writes_a_content_kind_as_text, *ROOMS)


def test_the_body_of_a_content_is_read_beside_where_it_is_written() -> None:
    files = [source for source in sources(*ROOMS) if source.name not in READS_BODIES]
    assert [place for file in files for place in rules.parses_a_body(file)] == []


# -- the inner rooms ------------------------------------------------------------------------


def test_the_inner_rooms_read_no_clock_and_no_randomness() -> None:
    _require(rules.reads_clock_or_chance, "domain", "application")


def test_the_domain_imports_only_what_it_may() -> None:
    rule = partial(rules.imports_beyond, allowed=rules.DOMAIN_MAY_IMPORT)
    _require(rule, "domain")


def test_the_application_imports_only_what_it_may() -> None:
    rule = partial(rules.imports_beyond, allowed=rules.APPLICATION_MAY_IMPORT)
    _require(rule, "application")


def test_the_domain_counts_in_whole_numbers() -> None:
    _require(rules.counts_in_floats, "domain")


def test_events_only_assign_when_they_apply() -> None:
    _require(rules.judges_while_applying, "domain")


# -- each rule finds what breaks it, and lets pass what does not ------------------------------

DOMAIN = partial(rules.imports_beyond, allowed=rules.DOMAIN_MAY_IMPORT)
LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 70

BREAKS: list[tuple[Rule, str]] = [
    (rules.reads_clock_or_chance, "from datetime import datetime as dt\ndt.now()"),
    (rules.reads_clock_or_chance, "import datetime\ndatetime.datetime.utcnow()"),
    (rules.reads_clock_or_chance, "from datetime import date\ndate.today()"),
    (rules.reads_clock_or_chance, "import time\ntime.time()"),
    (rules.reads_clock_or_chance, "from time import monotonic\nmonotonic()"),
    (rules.reads_clock_or_chance, "from uuid import uuid4\nfield(default_factory=uuid4)"),
    (rules.reads_clock_or_chance, "import uuid as u\nu.uuid1()"),
    (rules.reads_clock_or_chance, "import os\nos.urandom(8)"),
    (rules.reads_clock_or_chance, "import random\nrandom.Random(1)"),
    (rules.reads_clock_or_chance, "from secrets import token_bytes\ntoken_bytes(8)"),
    (DOMAIN, "import msgspec"),
    (DOMAIN, "from eventsourcing.application import Application"),
    (DOMAIN, "import eventsourcing"),
    (DOMAIN, "import sqlite3"),
    (DOMAIN, "from urllib.request import urlopen"),
    (DOMAIN, "from .sibling import x"),
    (rules.counts_in_floats, "price = 0.5"),
    (rules.counts_in_floats, "def f(x: float) -> int: return 1"),
    (rules.counts_in_floats, "def f(timeout_s: float, credits: int = 2.5) -> None: ..."),
    (rules.counts_in_floats, "def elapsed_s(self) -> int:\n    return 1.5"),
    (rules.counts_in_floats, "half = n / 2"),
    (rules.counts_in_floats, "n /= 2"),
    (rules.counts_in_floats, "from decimal import Decimal\nx = Decimal(1)"),
    (rules.opens_without_a_sentence, "x = 1"),
    (rules.opens_without_a_sentence, '"""no full stop\n\nat all."""'),
    (rules.opens_without_a_sentence, '"""One. Two."""'),
    (rules.is_too_long, "x = 1\n" * 351),
    (rules.is_too_long, LONG_FUNCTION),
    (rules.is_too_long, "x = '" + "x" * 100 + "'"),
    (rules.catches_everything_without_saying_why, "try: pass\nexcept Exception: pass"),
    (rules.catches_everything_without_saying_why, "try: pass\nexcept: pass"),
    (rules.catches_everything_without_saying_why, "try: pass\nexcept (A, BaseException): pass"),
    (
        rules.catches_everything_without_saying_why,
        "try:\n    pass\nexcept Exception:  # noqa: BLE001\n    pass",
    ),
    (rules.logs_outside_the_product, "import logging\nlog = logging.getLogger(__name__)"),
    (rules.logs_outside_the_product, "import logging\nlog = logging.getLogger()"),
    (rules.logs_outside_the_product, "from logging import getLogger\ngetLogger('worker.sims')"),
    (rules.logs_outside_the_product, "X = 'api'\nlog = logging.getLogger(X)"),
    (rules.writes_a_content_kind_as_text, "books.content('message', 7)"),
    (rules.writes_a_content_kind_as_text, "ContentRow('sim', 7, salt)"),
    (rules.writes_a_content_kind_as_text, "CONTENTS.c.kind == 'reason'"),
    (rules.writes_a_content_kind_as_text, "x = \"SELECT 1 FROM contents WHERE kind = 'sim'\""),
    (rules.parses_a_body, "person = orjson.loads(row.body) if row else {}"),
    (rules.parses_a_body, "person = json.loads(fields.pop('body') or '{}')"),
    (rules.parses_a_body, "note = loads(body)"),
    (rules.judges_while_applying, "class E:\n    def apply(self, a):\n        raise ValueError"),
    (rules.judges_while_applying, "@event('X')\ndef _x(self):\n    assert self.ok"),
    (rules.judges_while_applying, "@event\ndef _x(self):\n    raise ValueError"),
    (
        rules.judges_while_applying,
        "import time\nclass E:\n    def apply(self, a):\n        a.t = time.time()",
    ),
]


@pytest.mark.parametrize(("rule", "text"), BREAKS)
def test_a_rule_finds_what_breaks_it(rule: Rule, text: str) -> None:
    assert len(list(rule(Source("domain/planted.py", text)))) >= 1


PASSES: list[tuple[Rule, str]] = [
    (rules.reads_clock_or_chance, "def f(clock, at):\n    return clock.now(), clock.time()"),
    (rules.reads_clock_or_chance, "from datetime import datetime\ndatetime.fromisoformat('x')"),
    (rules.reads_clock_or_chance, "from uuid import uuid5\nuuid5(a, 'b')"),
    (DOMAIN, "from dataclasses import dataclass\nimport phonenumbers\nimport domain.values"),
    (DOMAIN, "from eventsourcing.domain import Aggregate"),
    (rules.counts_in_floats, "timeout_s: float = 0.5"),
    (rules.counts_in_floats, "def wait(timeout_s: float = 2.5) -> None: ..."),
    (rules.counts_in_floats, "def wait(a: int, *, timeout_s: float = 2.5) -> None: ..."),
    (rules.counts_in_floats, "def elapsed_s(self) -> float: ..."),
    (rules.counts_in_floats, "self.pause_s = microseconds / 1_000_000"),
    (rules.counts_in_floats, "wait(timeout_s=0.1)"),
    (rules.counts_in_floats, "half = n // 2"),
    (rules.opens_without_a_sentence, ""),
    (rules.opens_without_a_sentence, '"""What it is for.\n\nMore. And more."""'),
    (rules.is_too_long, "x = 1\n" * 350),
    (
        rules.catches_everything_without_saying_why,
        "try:\n    pass\nexcept Exception as error:  # noqa: BLE001 - a driver never raises\n    x",
    ),
    (rules.catches_everything_without_saying_why, "try: pass\nexcept ValueError: pass"),
    (rules.logs_outside_the_product, "log = logging.getLogger('ngoma.sims')"),
    (rules.logs_outside_the_product, "X: Final = 'ngoma.access'\nlog = logging.getLogger(X)"),
    (rules.writes_a_content_kind_as_text, "books.content(ContentKind.MESSAGE, 7)"),
    (rules.writes_a_content_kind_as_text, "numbers.take('message')\nfield == 'message'"),
    (rules.writes_a_content_kind_as_text, "x = \"DELETE FROM jobs WHERE kind = 'other'\""),
    (rules.parses_a_body, "person = Person.read(row.body)\nstate = orjson.loads(row.state)"),
    (rules.judges_while_applying, "class E:\n    def apply(self, a):\n        a.x = self.x"),
    (rules.judges_while_applying, "def decide(self):\n    raise ValueError"),
]


@pytest.mark.parametrize(("rule", "text"), PASSES)
def test_a_rule_lets_pass_what_does_not_break_it(rule: Rule, text: str) -> None:
    assert list(rule(Source("domain/planted.py", text))) == []
