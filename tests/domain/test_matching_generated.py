"""Generated months: every line and payment is classed as the truth says, by all stages only."""

from collections import defaultdict
from collections.abc import Callable

import pytest

from adapters.generation import generate
from domain.matching import STAGES, Outcome, Stage, match_lines
from tests.support.counts import soak_count
from tests.support.generated import PROVIDERS, History, read_history

PAYMENTS = soak_count(10_000, quick=1_200)
DAYS = 30
SEEDS = range(soak_count(5, quick=2))


@pytest.fixture(scope="module", params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def history(seed: int, tmp_path_factory: pytest.TempPathFactory) -> History:
    out = tmp_path_factory.mktemp("month")
    truth = out / "truth" / "truth.jsonl"
    generate(seed=seed, payments=PAYMENTS, days=DAYS, out=out, truth=truth)
    return read_history(out, truth)


def _wrong(history: History, stages: tuple[Stage, ...] = STAGES) -> list[str]:
    """Run every provider, and say what is classed otherwise than the truth."""
    found: list[str] = []
    for provider in PROVIDERS:
        outcome = match_lines(
            history.expected[provider], history.lines[provider], history.terms[provider], stages
        )
        found += _wrong_lines(history, provider, outcome)
        found += _wrong_payments(history, provider, outcome)
    return found


def _wrong_lines(history: History, provider: str, outcome: Outcome) -> list[str]:
    expected = history.expected[provider]
    troubles: dict[int, list[str]] = defaultdict(list)
    paid: dict[int, list[str]] = defaultdict(list)
    suggested: dict[int, str] = {}
    for finding in outcome.findings:
        if finding.line is not None:
            troubles[finding.line].append(finding.trouble)
    for match in outcome.matches:
        for line in match.lines:
            paid[line] += [expected[place].reference for place in match.expected]
    for one in outcome.suggestions:
        suggested.setdefault(one.line, expected[one.expected].reference)
    wrong = []
    for place, truth in enumerate(history.line_truth[provider]):
        right = (sorted(truth["troubles"]), sorted(truth["payments"]))
        if truth["kind"] == "reversal":
            right = (right[0], [])
        if (sorted(troubles[place]), sorted(paid[place])) != right:
            wrong.append(f"{provider} {truth}: {troubles[place]} {paid[place]}")
        elif truth["suggests"] and suggested.get(place) != truth["suggests"]:
            wrong.append(f"{provider} {truth}: suggests {suggested.get(place)}")
    return wrong


def _wrong_payments(history: History, provider: str, outcome: Outcome) -> list[str]:
    troubles: dict[int, list[str]] = defaultdict(list)
    for finding in outcome.findings:
        if finding.line is None and finding.expected is not None:
            troubles[finding.expected].append(finding.trouble)
    return [
        f"{one}: {troubles[place]}, not {history.payment_truth[one.reference]}"
        for place, one in enumerate(history.expected[provider])
        if troubles[place] != history.payment_truth[one.reference]
    ]


@pytest.mark.slow
def test_every_line_and_payment_is_classed_as_the_truth_says(
    seed: int, history: History, report_count: Callable[..., None]
) -> None:
    wrong = _wrong(history)
    lines = sum(len(lines) for lines in history.line_truth.values())
    assert lines > PAYMENTS * 0.9
    runs = lines + len(history.payment_truth)
    name = "generated lines and payments classed"
    report_count(name, runs, len(wrong), wrong[0] if wrong else seed)


@pytest.mark.parametrize("off", STAGES, ids=lambda stage: stage.__name__)
@pytest.mark.slow
def test_without_any_one_stage_something_is_classed_wrongly(history: History, off: Stage) -> None:
    assert _wrong(history, tuple(stage for stage in STAGES if stage is not off))


def test_the_same_input_has_the_same_outcome(history: History) -> None:
    for name in PROVIDERS:
        sides = history.expected[name], history.lines[name], history.terms[name]
        assert match_lines(*sides) == match_lines(*sides)


def test_no_line_and_no_payment_is_matched_twice(history: History) -> None:
    for name in PROVIDERS:
        outcome = match_lines(history.expected[name], history.lines[name], history.terms[name])
        lines = [line for match in outcome.matches for line in match.lines]
        paid = [place for match in outcome.matches for place in match.expected]
        assert len(lines) == len(set(lines))
        assert len(paid) == len(set(paid))
