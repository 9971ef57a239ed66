"""The settings: one frozen object; every field says what it is for and what it may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.observability.logs import LEVELS
from adapters.settings.checks import (
    PORT_MAX,
    Check,
    collector,
    host_and_port,
    listener,
    networks,
    not_blank,
    one_of,
    phone_slots,
    provider_name,
    proxies,
    sender_id,
    url,
    ussd_code,
    web_url,
    within,
)
from adapters.settings.providers import PROVIDER_CHECKS, PROVIDER_SECRETS, ProviderSettings
from application.ports import ANSWER_MAX_S, LocalPhoneSettings, ModemSettings
from domain.addresses import FORWARDED_HEADERS
from domain.credits import CREDITS_MAX
from domain.msisdn import Numbering, NumberingPlan
from domain.rate_limits import Limits
from domain.second_person import ALONE_CREDITS_A_DAY
from domain.values import Network

DATABASE_URLS: Final = url(["postgresql", "postgres"])
MAIL_URLS: Final = url(["smtp", "smtps"])
REDIS_URLS: Final = url(["redis", "rediss", "unix"])
TLS: Final = ("1.2", "1.3")
PLACES: Final = ("auto", "apart", "threads")
EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - what an operator may set
CREDITS: Final = within(0, CREDITS_MAX)
DAYS: Final = within(0, 36_500)
SECONDS: Final = within(0.1, 3_600)

SECRETIVE: Final = frozenset(
    {"database_url", "redis_url", "mail_url", "server_secret", "writer_key", "mail_password", "pin"}
    | {"seal_key", "password", "operations_traces"}
    | PROVIDER_SECRETS
)
"""Settings whose values no message may quote."""
LIST_CHECKS: Final[Mapping[str, Mapping[str, Sequence[Check]]]] = {
    "modems": {
        "name": (not_blank,),
        "device": (not_blank,),
        "driver": (one_of(["at", "simulated"]),),
        "segments_per_minute": (within(0, 10_000),),
        "segments_per_day": (within(0, 10_000_000),),
        "airtime_code": (ussd_code,),
        "airtime_every_h": (within(0, 24 * 31),),
        "airtime_low_ngwee": (within(0, 100_000_000),),
    },
    "local_phones": {
        "name": (provider_name,),
        "url": (web_url,),
        "slots": (phone_slots,),
        "user": (not_blank,),
    },
    "providers": PROVIDER_CHECKS,
}


def _setting(default: Any, text: str, *, check: Check | None = None) -> Any:
    return field(default=default, metadata={"help": text} | ({"check": check} if check else {}))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that an operator can set. Secrets are references: ``file:…`` or ``env:…``."""

    data_dir: Path = field(
        default=Path("ngoma-data"),
        metadata={"help": "Folder of the embedded store, the demo's modems and their logs."},
    )
    database_url: str | None = _setting(
        None, "PostgreSQL URL; without it the store is SQLite under data_dir.", check=DATABASE_URLS
    )
    redis_url: str | None = _setting(
        None,
        "Redis URL for hints, jobs and shared limits; without it everything is in process.",
        check=REDIS_URLS,
    )
    server_secret: str | None = _setting(
        None, "Server secret (file: or env:); without it one is made under data_dir/secrets."
    )
    writer_key: str | None = _setting(
        None,
        "Writer's keys (file: or env:), white space between them, the one that writes first; "
        "without it one is made beside data_dir.",
    )
    seal_key: str | None = _setting(
        None,
        "Key of the seal (file: or env:); without it data_dir/secrets/seal, when that is there.",
    )
    seal_anchor: Path | None = field(
        default=None,
        metadata={"help": "File that checkpoints are appended to; without it beside data_dir."},
    )
    seal_mail: str | None = _setting(
        None, "E-mail address that gets a checkpoint a day.", check=not_blank
    )
    host: str = _setting("127.0.0.1", "Address to listen on.", check=not_blank)
    port: int = _setting(8080, "Port to listen on; 0 picks a free one.", check=within(0, PORT_MAX))
    socket: Path | None = field(
        default=None,
        metadata={"help": "Unix socket to listen on, for a proxy, instead of host and port."},
    )
    tls_certificate: Path | None = field(
        default=None,
        metadata={
            "help": "Certificate in PEM, its chain behind it: https is spoken, by TLS 1.3 alone."
        },
    )
    tls_key: Path | None = field(
        default=None,
        metadata={
            "help": "File of the certificate's key in PEM; both are read again once changed."
        },
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        "Peers (addresses, networks, or unix) whose forwarded_header is believed.",
        check=proxies,
    )
    forwarded_header: str = _setting(
        FORWARDED_HEADERS[0],
        "The one header in which they name the client: X-Forwarded-For or Forwarded.",
        check=one_of(FORWARDED_HEADERS),
    )
    operations_listen: str | None = _setting(
        None,
        "host:port or Unix socket of /metrics and the details of /readyz; "
        "without it 127.0.0.1:8081, or a free port.",
        check=listener,
    )
    operations_traces: str | None = _setting(
        None,
        "URL of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318; "
        "without it there are no traces.",
        check=collector,
    )
    operations_traces_share: float = _setting(
        0.01, "Of all requests, the share whose trace is sent there.", check=within(0, 1)
    )
    phones_listen: str | None = _setting(
        None,
        "host:port or Unix socket for Android phones alone, beside the address for all.",
        check=listener,
    )
    phones_tls_min: str = _setting(
        "1.2", "Oldest TLS spoken there: 1.2, as old phones need it, or 1.3.", check=one_of(TLS)
    )
    phones_public_url: str | None = _setting(
        None,
        "Address under which phones reach it; without it that host with the port of listen.",
        check=web_url,
    )
    connections_max: int = _setting(
        4_096,
        "Connections at the same time; fewer when the process may open fewer files.",
        check=within(1, 1_000_000),
    )
    connections_per_address: int = _setting(
        256,
        "Of these from one address or IPv6 /64, trusted proxies spared; 0: no bound.",
        check=within(0, 1_000_000),
    )
    connections_head_wait_s: float = _setting(
        10.0, "How long the head of a request may take.", check=SECONDS
    )
    connections_idle_wait_s: float = _setting(
        75.0, "How long a connection is kept for another request.", check=SECONDS
    )
    connections_unread_wait_s: float = _setting(
        30.0, "In which a client has to read some of an answer that waits for it.", check=SECONDS
    )
    default_sender_id: str = _setting(
        "Ngoma",
        "Sender ID of an account whose name has no usable character.",
        check=sender_id,
    )
    limits: Limits = field(
        default_factory=Limits,
        metadata={"help": "Requests a minute; 0: no limit."},
    )
    registration_open: bool = _setting(default=True, text="Whether people may register.")
    registration_daily_credits: int = _setting(
        1_000,
        "Credits a day that an account which registered by itself may spend; 0: no limit.",
        check=CREDITS,
    )
    approval_credits_per_day: int = _setting(
        ALONE_CREDITS_A_DAY,
        "Credits that one person may grant or adjust in a day alone; 0: no limit.",
        check=CREDITS,
    )
    retention_text_days: int = _setting(
        30, "Days after which a message's text is erased; 0: with its number.", check=DAYS
    )
    retention_number_days: int = _setting(
        400, "Days after which a recipient's number is erased, with any text; 0: never.", check=DAYS
    )
    inbound_reply_days: int = _setting(
        7, "Days for which a reply belongs to the account that wrote last.", check=DAYS
    )
    mail_url: str | None = _setting(
        None,
        "Mail server, smtp://user@host:port or smtps://…; without it mail goes to data_dir/mail.",
        check=MAIL_URLS,
    )
    mail_password: str | None = _setting(None, "Password of the mail server (file: or env:).")
    mail_from: str = _setting("Ngoma <ngoma@localhost>", "Sender of mail.")
    public_url: str | None = _setting(
        None,
        "Address under which people reach the gateway; without it host and port.",
        check=web_url,
    )
    numbering_plan: NumberingPlan = field(
        default=NumberingPlan.PUBLISHED,
        metadata={"help": "Which prefix table decides: published or national."},
    )
    numbering_other: Network | None = field(
        default=None,
        metadata={"help": "Network that carries 058, 078, 079 and 098; without it: refused."},
    )
    webhooks_allow_private: tuple[str, ...] = _setting(
        (),
        "Networks within that webhooks may be in all the same, also without TLS.",
        check=networks,
    )
    modems: tuple[ModemSettings, ...] = _setting((), "The modems of this host, a table for each.")
    local_phones: tuple[LocalPhoneSettings, ...] = _setting(
        (), "The phones that this host calls, a table for each; other phones call the gateway."
    )
    providers: tuple[ProviderSettings, ...] = _setting(
        (), "The accounts with providers of mobile money, a table for each."
    )
    uploads_bytes_max: int = _setting(
        32 * 1024 * 1024,
        "Bytes of a request that holds a file, such as a statement.",
        check=within(1024 * 1024, 1024 * 1024 * 1024),
    )
    statement_unpacked_max_mib: int = _setting(
        100, "MiB to which a statement's spreadsheet may unpack.", check=within(1, 10_000)
    )
    statement_rows_max: int = _setting(
        100_000,
        "Rows of a statement's spreadsheet; a CSV may have more.",
        check=within(1, 1_048_576),
    )
    follower: str = _setting(
        "auto",
        "Who follows the log in serve: threads of it, or a process apart; "
        "auto: apart where it has two cores.",
        check=one_of(PLACES),
    )
    committer: str = _setting(
        "auto",
        "Who saves in serve: a thread of it, or a process apart; "
        "auto: apart where it has two cores.",
        check=one_of(PLACES),
    )
    log_level: str | None = _setting(
        None,
        "debug, info, warning or error; without it info, and in the demo warning.",
        check=one_of(LEVELS),
    )
    store_wait_s: float = _setting(
        4.0, "How long a command waits for an unreachable database.", check=SECONDS
    )
    lost_answer_wait_s: float = _setting(
        60.0, "How long to look for a save whose answer was lost.", check=SECONDS
    )
    connect_timeout_s: float = _setting(
        2.0, "Limit for connecting to PostgreSQL or Redis.", check=SECONDS
    )
    at_answer_timeout_s: float = _setting(
        ANSWER_MAX_S,
        "Hard limit for a modem's answer after a segment was handed over; then it is in doubt.",
        check=within(0.1, ANSWER_MAX_S),
    )
    modem_latency_ms: int = _setting(
        200, "How long the demo's emulated modems take for a segment.", check=within(0, 60_000)
    )

    @property
    def store_folder(self) -> Path | None:
        """The folder whose disk the store fills; None where that is PostgreSQL's."""
        return None if self.database_url else self.data_dir

    @property
    def reached_at(self) -> str:
        """Where people reach the gateway, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"{self.scheme}://{host}:{self.port}").rstrip("/")

    @property
    def phones_reached_at(self) -> str:
        """Where phones reach the gateway, without a slash at the end."""
        place = None if self.phones_listen is None else host_and_port(self.phones_listen)
        if self.phones_public_url is not None or place is None:
            return (self.phones_public_url or self.reached_at).rstrip("/")
        host, port = place
        if host in EVERYWHERE:
            host = urlsplit(self.reached_at).hostname or host
        host = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{host}:{port}"

    @property
    def scheme(self) -> str:
        """What the gateway itself speaks where it listens: http or https."""
        return "https" if self.tls_certificate and self.tls_key else "http"

    @property
    def numbering(self) -> Numbering:
        """The numbering plan in force."""
        return Numbering(plan=self.numbering_plan, other=self.numbering_other)
