"""What a simulated modem answers to every command but AT+CMGS."""

from dataclasses import dataclass

from adapters.modems.simulated.profiles import Profile
from adapters.modems.simulated.sim_card import SimCard

SIM_PIN_REQUIRED = 11
SIM_PUK_REQUIRED = 12
INCORRECT_PASSWORD = 16
CMS_SIM_PIN_REQUIRED = 311


@dataclass(slots=True)
class Modes:
    """What a modem forgets when it starts anew."""

    is_text: bool
    echo: bool = True
    cmee: int = 0
    creg: int = 0
    cereg: int = 0
    message_reports: int = 0  # <mt> of +CNMI
    status_reports: int = 0  # <ds> of +CNMI


class Commands:
    """Answers commands from the modem's modes and its SIM; the last line is the result."""

    def __init__(self, profile: Profile, sim: SimCard) -> None:
        self._profile = profile
        self._sim = sim
        self.registration = 1
        self.modes = Modes(is_text=profile.starts_in_text_mode)

    def restart(self) -> None:
        """Forget what a modem forgets when it starts anew."""
        self.modes = Modes(is_text=self._profile.starts_in_text_mode)
        self._sim.power_up()

    def answer(self, command: str) -> list[str]:
        """Answer one command line without its ``AT``."""
        name, has_value, value = command.partition("=")
        if command in self._profile.refused or name in self._profile.refused:
            return ["ERROR"]
        if command == self._profile.iccid_command:
            return [self._iccid(), "OK"]
        if command == self._profile.pin_tries_command:
            return [self._profile.pin_tries_answer.format(tries=self._sim.tries), "OK"]
        if has_value:
            return self._set(name, value)
        return self._words(command) or self._from_sim(command) or self._query(command)

    def cme_error(self, number: int) -> str:
        """Say an equipment error the way the host asked for."""
        return f"+CME ERROR: {number}" if self.modes.cmee else "ERROR"

    def _set(self, name: str, value: str) -> list[str]:
        modes = self.modes
        match name:
            case "+CPIN":
                return self._enter_pin(value.strip('"'))
            case "+CMGR" | "+CMGD":
                return self._stored(name, value)
            case "+CPMS":
                return ["+CPMS: 0,20,0,20,0,20", "OK"]
            case "+CSMS":
                return ["+CSMS: 1,1,1", "OK"]
            case "+CNMI":
                fields = [*map(_number, value.split(",")), 0, 0, 0, 0]
                modes.message_reports, modes.status_reports = fields[1], fields[3]
            case "+CMGF":
                modes.is_text = value != "0"
            case "+CMEE":
                modes.cmee = _number(value)
            case "+CREG":
                modes.creg = _number(value)
            case "+CEREG":
                modes.cereg = _number(value)
            case _:
                return ["ERROR"]
        return ["OK"]

    def _words(self, command: str) -> list[str]:
        profile = self._profile
        words = {
            "+CGMI": profile.manufacturer,
            "+CGMM": profile.model,
            "+CGMR": profile.firmware,
            "+CGSN": profile.imei,
        }
        if command not in words:
            return []
        word = words[command]
        return [f"{command}: {word}" if profile.has_prefixes else word, "OK"]

    def _query(self, command: str) -> list[str]:
        modes = self.modes
        answers = {
            "+CPIN?": f"+CPIN: {self._sim.state}",
            "+CREG?": f"+CREG: {modes.creg},{self.registration}",
            "+CEREG?": f"+CEREG: {modes.cereg},{self.registration}",
            "+CSQ": "+CSQ: 17,99",
            "+CMGF?": f"+CMGF: {int(modes.is_text)}",
        }
        if command in answers:
            return [answers[command], "OK"]
        if command in {"E0", "E1"}:
            modes.echo = command == "E1"
        return ["OK"] if command in {"", "E0", "E1", "V1", "Z"} else ["ERROR"]

    def _from_sim(self, command: str) -> list[str]:
        if command not in {"+CIMI", "+CNUM"}:
            return []
        if refusal := self._locked():
            return [refusal]
        if command == "+CIMI":
            return [self._sim.imsi, "OK"]
        number = self._sim.msisdn
        return [f'+CNUM: "","{number}",145', "OK"] if number else ["OK"]

    def _locked(self) -> str | None:
        state = self._sim.state
        if state == "READY":
            return None
        return self.cme_error(SIM_PIN_REQUIRED if state == "SIM PIN" else SIM_PUK_REQUIRED)

    def _enter_pin(self, pin: str) -> list[str]:
        if self._sim.enter(pin):
            return ["OK", "+CPIN: READY"]  # the second by itself, as real ones do
        if self._sim.state == "SIM PUK":
            return [self.cme_error(SIM_PUK_REQUIRED)]
        return [self.cme_error(INCORRECT_PASSWORD)]

    def _stored(self, name: str, value: str) -> list[str]:
        if self._sim.state != "READY":
            return [f"+CMS ERROR: {CMS_SIM_PIN_REQUIRED}"]
        index = _number(value)
        if name == "+CMGD":
            self._sim.stored.pop(index, None)
            return ["OK"]
        pdu = self._sim.stored.get(index)
        if pdu is None:
            return ["OK"]
        return [f"+CMGR: 0,,{len(pdu) - 1 - pdu[0]}", pdu.hex().upper(), "OK"]

    def _iccid(self) -> str:
        iccid = self._sim.iccid
        swapped = "".join(iccid[i + 1] + iccid[i] for i in range(0, len(iccid), 2))
        return self._profile.iccid_answer.format(iccid=iccid, swapped=swapped)


def _number(value: str) -> int:
    return int(value) if value.isdecimal() else 0
