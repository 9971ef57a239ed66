"""What ``ngoma doctor`` checks of TLS: that certificate and key can be used, and for how long."""

from collections.abc import Iterator

from adapters.clock import SystemClock
from adapters.settings import Settings
from domain.public_ids import iso_time
from worker.cli.finding import Finding, Verdict
from worker.web.served import certificates_of

CHECK = "tls"


def look_at_tls(settings: Settings) -> Iterator[Finding]:
    """Read the pair as ``serve`` would; what it would refuse is raised."""
    certificate = next(iter(certificates_of(settings).shown), None)
    if certificate is None:
        words = "not spoken here: that is for this machine alone, or for a proxy in front."
        yield Finding(CHECK, Verdict.NOTE, words)
        return
    pair, words = certificate.pair, certificate.words()
    if words == "ok":
        names = ", ".join(pair.names) or "no name"
        yield Finding(CHECK, Verdict.OK, f"for {names}, until {iso_time(pair.ends)}.")
    else:
        is_taken = pair.begins <= SystemClock().now() < pair.ends
        yield Finding(CHECK, Verdict.WARNING if is_taken else Verdict.WRONG, f"{words}.")
