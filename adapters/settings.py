"""The settings: one frozen object, from defaults < TOML < NGOMA_* environment < flags."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, get_type_hints
from urllib.parse import urlsplit

from adapters.security.secret import Secret, read_secret
from application.ports import ModemSettings
from application.system import Limits
from domain.errors import InvalidRequest
from domain.msisdn import Numbering, NumberingPlan
from domain.values import Network

ENVIRONMENT_PREFIX: Final = "NGOMA_"
DATABASE_SCHEMES: Final = frozenset({"postgresql", "postgres"})
MAIL_SCHEMES: Final = frozenset({"smtp", "smtps"})
REDIS_SCHEMES: Final = frozenset({"redis", "rediss", "unix"})


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that an operator can set. Secrets are references: ``file:…`` or ``env:…``."""

    data_dir: Path = field(
        default=Path("ngoma-data"),
        metadata={"help": "Folder of the embedded store, the demo's modems and their logs."},
    )
    database_url: str | None = _setting(
        None, "PostgreSQL URL; without it the store is SQLite under data_dir."
    )
    redis_url: str | None = _setting(
        None, "Redis URL for hints, jobs and shared limits; without it everything is in process."
    )
    server_secret: str | None = _setting(
        None, "Server secret (file: or env:); without it one is made under data_dir/secrets."
    )
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8080, "Port to listen on; 0 picks a free one.")
    trusted_proxies: tuple[str, ...] = _setting(
        (), "Peers (addresses or networks) whose X-Forwarded-For is believed."
    )
    default_sender_id: str = _setting(
        "Ngoma", "Sender ID of an account whose name has no usable character."
    )
    limits: Limits = field(
        default_factory=Limits,
        metadata={"help": "Requests a minute: single, bulk, read, ip, auth_ip, failed_…; 0: none."},
    )
    registration_open: bool = _setting(default=True, text="Whether people may register.")
    registration_daily_credits: int = _setting(
        1_000, "Credits a day that an account which registered by itself may spend; 0: no limit."
    )
    approval_credits_per_day: int = _setting(
        100_000, "Credits that one person may grant or adjust in a day alone; 0: no limit."
    )
    retention_text_days: int = _setting(
        30, "Days after which a message's text is erased; 0: with its number."
    )
    retention_number_days: int = _setting(
        400, "Days after which a recipient's number is erased, with any text; 0: never."
    )
    mail_url: str | None = _setting(
        None,
        "Mail server, smtp://user@host:port or smtps://…; without it mail goes to data_dir/mail.",
    )
    mail_password: str | None = _setting(None, "Password of the mail server (file: or env:).")
    mail_from: str = _setting("Ngoma <ngoma@localhost>", "Sender of mail.")
    public_url: str | None = _setting(
        None, "Address under which people reach the gateway; without it http://host:port."
    )
    numbering_plan: NumberingPlan = field(
        default=NumberingPlan.PUBLISHED,
        metadata={"help": "Which prefix table decides: published or national."},
    )
    numbering_other: Network | None = field(
        default=None,
        metadata={"help": "Network that carries 058, 078, 079 and 098; without it: refused."},
    )
    modems: tuple[ModemSettings, ...] = _setting(
        (), "[[modems]]: name, device, network, driver, pin, msisdn, segments_per_minute, …"
    )
    log_level: str = _setting("info", "debug, info, warning or error.")
    store_wait_s: float = _setting(4.0, "How long a command waits for an unreachable database.")
    lost_answer_wait_s: float = _setting(60.0, "How long to look for a save whose answer was lost.")
    connect_timeout_s: float = _setting(2.0, "Limit for connecting to PostgreSQL or Redis.")
    at_answer_timeout_s: float = _setting(
        120.0, "Hard limit for a modem's answer after a segment was handed over."
    )
    modem_latency_ms: int = _setting(200, "How long the demo's emulated modems take for a segment.")

    @property
    def reached_at(self) -> str:
        """Where people reach the gateway, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def numbering(self) -> Numbering:
        """The numbering plan in force."""
        return Numbering(plan=self.numbering_plan, other=self.numbering_other)


def load_settings(
    *,
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **flags: Any,
) -> Settings:
    """Read the settings; a flag that is None was not given.

    Raises:
        InvalidRequest: an unknown name or a value that cannot be used, by name.
    """
    environment = os.environ if environment is None else environment
    config = config or _path(environment.get("NGOMA_CONFIG"))
    values: dict[str, Any] = {}
    if config is not None:
        values = _flattened(_parse_toml(config))
    values.update(_from_environment(environment))
    values.update({name: value for name, value in flags.items() if value is not None})
    known = {item.name for item in fields(Settings)}
    for name in values:
        if name not in known:
            msg = f"There is no setting {name}."
            raise InvalidRequest(msg, field=name)
    settings = Settings(**{name: _coerced(name, value) for name, value in values.items()})
    _require_url("database_url", settings.database_url, DATABASE_SCHEMES)
    _require_url("redis_url", settings.redis_url, REDIS_SCHEMES)
    _require_url("mail_url", settings.mail_url, MAIL_SCHEMES)
    for name in ("retention_text_days", "retention_number_days"):
        if getattr(settings, name) < 0:
            msg = f"The setting {name} cannot be less than 0."
            raise InvalidRequest(msg, field=name)
    return settings


def _require_url(name: str, url: str | None, schemes: frozenset[str]) -> None:
    """Refuse an address that no client could use; it is not quoted, it may hold a password."""
    try:
        is_usable = url is None or urlsplit(url).scheme in schemes
    except ValueError:
        is_usable = False
    if not is_usable:
        msg = f"The setting {name} is not a URL that begins with {' or '.join(sorted(schemes))}."
        raise InvalidRequest(msg, field=name)


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None


def _parse_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        msg = f"The configuration {path} cannot be read: {error}"
        raise InvalidRequest(msg, field="config") from error


def _flattened(document: Mapping[str, Any]) -> dict[str, Any]:
    """Turn [numbering] plan = … into numbering_plan; [limits] and [[modems]] stay whole."""
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict) and name != "limits":
            flat.update({f"{name}_{inner}": item for inner, item in value.items()})
        else:
            flat[name] = value
    return flat


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    known = {item.name for item in fields(Settings)} - {"limits", "modems"}
    for variable, value in environment.items():
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if not variable.startswith(ENVIRONMENT_PREFIX) or not value:
            continue
        if name.startswith("limits_"):
            limits[name.removeprefix("limits_")] = value
        elif name in known:
            values[name] = value
    if limits:
        values["limits"] = limits
    return values


def _coerced(name: str, value: Any) -> Any:
    try:
        if name == "limits":
            return _limits(value)
        if name == "modems":
            return tuple(_modem(entry) for entry in value)
        if name == "trusted_proxies":
            return tuple(value.split(",")) if isinstance(value, str) else tuple(value)
        hint = get_type_hints(Settings)[name]
        if hint is bool:
            return _bool(value)
        for kind in (Path, NumberingPlan, Network, float, int):
            if hint is kind or hint == kind | None:
                return value if isinstance(value, kind) else kind(value)
    except (TypeError, ValueError, KeyError) as error:
        msg = f"The setting {name} cannot be {value!r}: {error}"
        raise InvalidRequest(msg, field=name) from error
    return value


def _bool(value: Any) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return value if isinstance(value, bool) else words[str(value).lower()]


def _limits(value: Any) -> Limits:
    if isinstance(value, Limits):
        return value
    return replace(Limits(), **{name: int(number) for name, number in value.items()})


def _modem(entry: Any) -> ModemSettings:
    if isinstance(entry, ModemSettings):
        return entry
    values = dict(entry)
    values["network"] = Network(values["network"])
    pin = values.get("pin")
    if pin is not None and not isinstance(pin, Secret):
        values["pin"] = read_secret(pin)
    return ModemSettings(**values)
