"""Asking a network by USSD: its answer, what keeps it away, and the airtime that it tells."""

import pytest

from adapters.modems.simulated.profiles import PROFILES, Profile
from adapters.modems.simulated.sim_card import imsi_for
from adapters.modems.simulated.ussd import PRICE_NGWEE
from domain.airtime import airtime_in
from domain.causes import ErrorCode, ErrorTable
from domain.reports import Accepted, Rejected
from domain.values import NETWORK_CODES, Network
from tests.adapters.modems.emulated import AtBench, go, seconds_of, tpdu

CODE = "*114#"


def balance(bench: AtBench) -> int | None:
    reply = bench.driver.ussd(CODE)
    assert reply.text is not None, reply.why_not
    return airtime_in(reply.text, Network.MTN)


@pytest.mark.parametrize("profile", [p for name, p in PROFILES.items() if name != "minimal"])
def test_a_balance_is_read_through_every_device(profile: Profile) -> None:
    bench = AtBench(profile=profile)
    bench.sim.airtime_ngwee = 1_234
    assert balance(bench.opened()) == 1_234


def test_every_segment_costs_until_the_airtime_is_spent() -> None:
    bench = AtBench().opened()
    bench.sim.airtime_ngwee = PRICE_NGWEE + 1
    assert isinstance(bench.driver.submit(tpdu("one"), start=go), Accepted)
    assert balance(bench) == 1
    refused = bench.driver.submit(tpdu("two"), start=go)
    assert isinstance(refused, Rejected)
    assert refused.cause == ErrorCode(ErrorTable.CMS, 38)
    assert bench.texts == ["one"]


@pytest.mark.parametrize(
    ("how", "words"),
    [("silent", "no answer in 45 s"), ("refused", "the network knows no such question")],
)
def test_what_keeps_an_answer_away_is_said(how: str, words: str) -> None:
    bench = AtBench(f"ussd={how}").opened()
    assert bench.driver.ussd(CODE).why_not == words
    assert isinstance(bench.driver.submit(tpdu(), start=go), Accepted)


@pytest.mark.parametrize("how", ["session", "hex"])
def test_an_answer_in_another_form_is_read(how: str) -> None:
    assert balance(AtBench(f"ussd={how}").opened()) == 10_000


def test_a_session_that_the_network_leaves_open_is_ended() -> None:
    bench = AtBench("ussd=session").opened()
    bench.driver.ussd(CODE)
    assert bench.written[-1] == b"AT+CUSD=2\r"


def test_a_question_never_takes_longer_than_its_limits() -> None:
    bench = AtBench("ussd=silent", "crumbs").opened()
    assert seconds_of(bench, lambda: bench.driver.ussd(CODE)) < 60


def test_nothing_is_asked_while_the_answer_to_a_segment_may_still_come() -> None:
    bench = AtBench("no-answer:times=1").opened()
    bench.driver.submit(tpdu(), start=go)
    assert bench.driver.ussd(CODE).why_not == "the answer to a segment may still come"


def test_a_modem_that_refuses_the_question_says_so() -> None:
    reply = AtBench("refuses=+CUSD").opened().driver.ussd(CODE)
    assert reply.text is None
    assert "refuses" in (reply.why_not or "")


@pytest.mark.parametrize("network", Network)
def test_each_networks_answer_tells_the_balance(network: Network) -> None:
    bench = AtBench()
    bench.sim.imsi = imsi_for("x", network_code=NETWORK_CODES[network])
    bench.sim.airtime_ngwee = 250
    reply = bench.opened().driver.ussd(CODE)
    assert airtime_in(reply.text or "", network) == 250


@pytest.mark.parametrize(
    ("text", "ngwee"),
    [
        ("Your balance is K1,950.80.", 195_080),
        ("Your balance is ZMW 3.5", 350),
        ("your BALANCE: K7", 700),
        ("You have 35 days of music", None),
        ("", None),
    ],
)
def test_a_text_that_tells_no_balance_says_nothing_of_it(text: str, ngwee: int | None) -> None:
    assert airtime_in(text, Network.MTN) == ngwee
