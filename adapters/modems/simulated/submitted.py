"""Reads what was typed at the prompt as the network would: a PDU, or the words of a text."""

from domain.tpdu import Submit, TpduError, decode_submit


def read_pdu(text: bytes, announced: str) -> tuple[Submit, bytes] | None:
    """Read the hex of a PDU as the network would; None when it is not what was announced."""
    try:
        pdu = bytes.fromhex(text.decode("ascii"))
        if len(pdu) - 1 - pdu[0] != int(announced):
            return None
        return decode_submit(pdu), pdu
    except (TpduError, ValueError, IndexError):
        return None


def read_text(text: bytes, announced: str) -> tuple[Submit, bytes]:
    """Take what was typed in text mode for the words of a message, whatever it is."""
    number = announced.partition(",")[0].strip('"')
    submit = Submit(
        recipient=number,
        text=text.decode("latin-1").strip(),
        concat=None,
        dcs=0,
        status_report=False,
        validity=b"",
        message_reference=0,
    )
    return submit, b""
