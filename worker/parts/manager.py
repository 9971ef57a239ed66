"""What systemd is told of a process that it started: ready, why not, ending (sd_notify(3))."""

import os
import socket
from contextlib import suppress
from typing import Final

READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"
SEND_S: Final = 1.0
PLACE: Final = "NOTIFY_SOCKET"
"""A variable of systemd's; without it nobody asked."""


def tell_manager(*lines: str) -> None:
    """Send lines such as ``READY=1`` or ``STATUS=…``; a manager that does not listen is no fault.

    The address is a path, or begins with @ for the abstract namespace of Linux.
    """
    place = os.environ.get(PLACE, "")
    if place[:1] not in {"/", "@"}:
        return
    address = "\0" + place[1:] if place.startswith("@") else place
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
        speaking.settimeout(SEND_S)
        speaking.sendto("\n".join(lines).encode(), address)
