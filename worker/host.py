"""What this host is called among those of a gateway."""

import re
import socket


def host_name() -> str:
    """Name this host, in plain characters."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:60] or "host"
