"""Asks the network a question by USSD (27.007 7.15): its answer comes by itself, after the OK."""

import re
from collections.abc import Callable
from typing import Final

from adapters.modems.at.link import AtLink
from adapters.modems.at.timeouts import AtTimeouts
from application.ports import UssdReply, never

_ANSWER: Final = re.compile(r'\+CUSD: ?(\d)(?:,"(.*)"(?:,(\d{1,3}))?)?$', re.DOTALL)
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{4})+")
_UCS2: Final = frozenset({"72", "8"})  # 23.038 5: the character set of the answer
_WANTS_MORE: Final = 1
_LOOK_S: Final = 0.2
"""Between two looks whether something else is to be done."""
_WHY_NOT: Final = {
    2: "the network ended it",
    4: "the network knows no such question",
    5: "the network did not answer in time",
}
"""<m> of ``+CUSD``; 0 is a plain answer, 1 one that wants a reply, which is not given."""


def ask_ussd(
    link: AtLink,
    timeouts: AtTimeouts,
    code: str,
    *,
    take_text: Callable[[], str | None],
    gives_way: Callable[[], bool] = never,
) -> UssdReply:
    """Ask, and end what the network leaves open; ``take_text`` gives the last ``+CUSD`` once.

    The question is given up, within a fraction of a second, when ``gives_way`` says so.
    """
    take_text()  # one that came before is the answer to something else
    reply = link.command(f'AT+CUSD=1,"{code}",15', timeout_s=timeouts.command_s)
    if reply is None:
        return UssdReply(None, "the modem does not answer AT+CUSD")
    if not reply.ok:
        return UssdReply(None, f"the modem refuses AT+CUSD: {reply.result}")
    until_s = link.now_s() + timeouts.ussd_s
    while (told := take_text()) is None:
        if gives_way():
            return _ended(link, timeouts, UssdReply(None, "a message came", is_put_off=True))
        if link.now_s() >= until_s:
            return _ended(link, timeouts, UssdReply(None, f"no answer in {timeouts.ussd_s:g} s"))
        link.next_unasked(min(until_s, link.now_s() + _LOOK_S))
    answer, is_open = read_answer(told)
    return _ended(link, timeouts, answer) if is_open else answer


def _ended(link: AtLink, timeouts: AtTimeouts, answer: UssdReply) -> UssdReply:
    """Close the session: an open one keeps many devices from sending SMS."""
    link.command("AT+CUSD=2", timeout_s=timeouts.command_s)
    return answer


def read_answer(told: str) -> tuple[UssdReply, bool]:
    """Read a ``+CUSD`` report; whether its session is still open."""
    found = _ANSWER.match(told)
    if found is None:
        return UssdReply(None, "the modem tells no text"), False
    state, text, dcs = int(found[1]), found[2], found[3]
    if not text:
        return UssdReply(None, _WHY_NOT.get(state, "the answer is empty")), state == _WANTS_MORE
    if dcs in _UCS2 and _HEX.fullmatch(text):
        text = bytes.fromhex(text).decode("utf-16-be", errors="replace")
    return UssdReply(text, None), state == _WANTS_MORE
