"""Settings are read from a file, the environment and flags; every mistake is said, at once."""

from pathlib import Path

import pytest

from adapters.settings import Settings, load_settings
from domain.errors import InvalidRequest
from domain.values import Network


def _mistakes(
    tmp_path: Path, toml: str = "", environment: dict[str, str] | None = None, **flags: object
) -> list[str]:
    """Load settings that cannot be used; give the lines without the file's path."""
    file = tmp_path / "ngoma.toml"
    file.write_text(toml)
    with pytest.raises(InvalidRequest) as caught:
        load_settings(config=file, environment=environment or {}, **flags)
    return [line.removeprefix(f"{file}: ") for line in str(caught.value).splitlines()]


def test_a_later_place_wins_over_an_earlier_one(tmp_path: Path) -> None:
    file = tmp_path / "ngoma.toml"
    file.write_text('port = 1\nhost = "0.0.0.0"\nlog_level = "error"\n[limits]\nsingle = 7\n')
    read = load_settings(
        config=file,
        environment={"NGOMA_PORT": "2", "NGOMA_LOG_LEVEL": "debug", "NGOMA_LIMITS_BULK": "3"},
        port=4,
    )
    assert (read.host, read.log_level, read.port) == ("0.0.0.0", "debug", 4)
    assert (read.limits.single, read.limits.bulk, read.limits.read) == (7, 3, 300)


def test_nothing_given_is_the_defaults() -> None:
    assert load_settings(environment={"NGOMA_PORT": "", "PATH": "/bin"}) == Settings()


def test_people_reach_the_gateway_where_it_listens_unless_a_setting_knows_better() -> None:
    assert Settings(host="127.0.0.1", port=8080).reached_at == "http://127.0.0.1:8080"
    assert Settings(host="::1", port=8080).reached_at == "http://[::1]:8080"
    public = load_settings(environment={"NGOMA_PUBLIC_URL": "https://sms.example.com/"})
    assert public.reached_at == "https://sms.example.com"


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Settings(), "http://127.0.0.1:8080"),
        (Settings(phones_listen="0.0.0.0:8443"), "http://127.0.0.1:8443"),
        (
            Settings(phones_listen="[::]:8443", public_url="https://n.example"),
            "http://n.example:8443",
        ),
        (
            Settings(
                phones_listen="192.168.1.5:8443", tls_certificate=Path("c"), tls_key=Path("k")
            ),
            "https://192.168.1.5:8443",
        ),
        (
            Settings(phones_listen="/run/phones", public_url="https://n.example"),
            "https://n.example",
        ),
        (
            Settings(phones_listen="[fd00::1]:1", phones_public_url="https://p.example/"),
            "https://p.example",
        ),
    ],
)
def test_phones_are_told_where_their_own_listener_is(settings: Settings, url: str) -> None:
    assert settings.phones_reached_at == url


def test_a_table_gathers_settings_whose_names_it_begins(tmp_path: Path) -> None:
    file = tmp_path / "ngoma.toml"
    file.write_text(
        'trusted_proxies = ["10.0.0.0/8", "::ffff:10.0.0.0/104", "unix"]\n'
        '[numbering]\nplan = "national"\nother = "airtel"\n'
        '[[modems]]\nname = "a"\ndevice = "/dev/x"\nnetwork = "mtn"\n'
    )
    read = load_settings(config=file, environment={})
    assert read.numbering_plan == "national"
    assert read.numbering_other is Network.AIRTEL
    assert read.trusted_proxies == ("10.0.0.0/8", "::ffff:10.0.0.0/104", "unix")
    assert [(modem.name, modem.network) for modem in read.modems] == [("a", Network.MTN)]


def test_every_mistake_is_said_at_once_with_where_it_stands(tmp_path: Path) -> None:
    toml = """
prot = 8080
port = 99999
log_level = "verbose"
[numbering]
plan = "nationl"
[limits]
singel = 3
bulk = -1
[[modem]]
name = "x"
[[modems]]
name = "mtn-1"
device = "/dev/ttyUSB0"
network = "mtnz"
segment_per_minute = 8
[[modems]]
network = "mtn"
"""
    assert _mistakes(tmp_path, toml, {"NGOMA_PROT": "1", "NGOMA_LIMITS_READ": "x"}) == [
        "there is no setting prot; did you mean port?",
        "[limits] singel: there is no such setting; did you mean single?",
        "there is no setting [[modem]]; did you mean modems?",
        "NGOMA_PROT: there is no such setting; did you mean NGOMA_PORT?",
        "port = 99999: it must be from 0 to 65,535.",
        'log_level = "verbose": it must be debug, info, warning or error.',
        '[numbering] plan = "nationl": it must be published or national; did you mean national?',
        "[limits] bulk = -1: it must be from 0 to 1,000,000.",
        '[[modems]] 1 "mtn-1": network = "mtnz": it must be mtn, airtel or zamtel; '
        "did you mean mtn?",
        '[[modems]] 1 "mtn-1": segment_per_minute: there is no such setting; '
        "did you mean segments_per_minute?",
        "[[modems]] 2: name is missing.",
        "[[modems]] 2: device is missing.",
        'NGOMA_LIMITS_READ = "x": it must be a whole number.',
    ]


@pytest.mark.parametrize(
    ("toml", "mistake"),
    [
        ("port = true", "port = true: it must be a whole number."),
        ('port = "8_080"', 'port = "8_080": it must be a whole number.'),
        ('port = "٨"', 'port = "٨": it must be a whole number.'),
        ("store_wait_s = nan", "store_wait_s = NaN: it must be from 0.1 to 3,600."),
        ("store_wait_s = 0", "store_wait_s = 0: it must be from 0.1 to 3,600."),
        ("host = 1", "host = 1: it must be text."),
        ('host = " "', 'host = " ": it must not be empty.'),
        (
            'default_sender_id = "Ngoma-SMS"',
            'default_sender_id = "Ngoma-SMS": it must have at most 11 characters, only A-Z, a-z,'
            " 0-9 and space, and at least one letter.",
        ),
        ('registration_open = "maybe"', 'registration_open = "maybe": it must be true or false.'),
        ("limits = 3", "there is no setting limits; did you mean limits?"),
        ("retention_text_days = -1", "retention_text_days = -1: it must be from 0 to 36,500."),
        (
            'trusted_proxies = ["10.0.0.0/99"]',
            'trusted_proxies = ["10.0.0.0/99"]: '
            "it must be IP addresses, networks such as 10.0.0.0/8, or unix.",
        ),
        (
            'forwarded_header = "X-Real-IP"',
            'forwarded_header = "X-Real-IP": it must be X-Forwarded-For or Forwarded.',
        ),
        (
            '[operations]\nlisten = "9090"',
            '[operations] listen = "9090": it must be host:port, or a path with a slash.',
        ),
        (
            '[operations]\nlisten = "::1:99999"',
            '[operations] listen = "::1:99999": it must be host:port, or a path with a slash.',
        ),
        (
            '[operations]\ntraces = "grpc://127.0.0.1:4317"',
            "[operations] traces: it must be a URL that begins with http: or https:.",
        ),
        (
            '[operations]\ntraces = "https://ngoma:hunter2@collector"',
            "[operations] traces: it must be a scheme, a host, a port and a path at most: no name,"
            " no query.",
        ),
        (
            "[operations]\ntraces_share = 5",
            "[operations] traces_share = 5: it must be from 0 to 1.",
        ),
        (
            '[phones]\ntls_min = "1.1"',
            '[phones] tls_min = "1.1": it must be 1.2 or 1.3.',
        ),
        (
            "[connections]\nmax = 0",
            "[connections] max = 0: it must be from 1 to 1,000,000.",
        ),
        ('modems = "x"', "[[modems]]: it must be a list of tables."),
        ('modems = ["x"]', "[[modems]] 1: it must be a table."),
        (
            '[[modems]]\nname = "a"\ndevice = "/x"\nnetwork = "mtn"\n' * 2,
            "[[modems]]: two modems have the name a.",
        ),
        (
            '[[local_phones]]\nname = "a"\nurl = "http://p"\n'
            'password = "env:HOME"\nslots = ["5=x"]',
            '[[local_phones]] 1 "a": slots = ["5=x"]: it must be a list of SLOT=NETWORK, such as'
            ' ["1=mtn", "2=airtel"].',
        ),
    ],
)
def test_a_value_that_cannot_be_used_says_what_it_must_be(
    tmp_path: Path, toml: str, mistake: str
) -> None:
    assert _mistakes(tmp_path, toml) == [mistake]


@pytest.mark.parametrize("url", ["http:", "https://:8080", "http://p:99999", "http://p:eight"])
def test_an_address_without_a_host_or_with_a_port_that_is_none_is_refused(
    tmp_path: Path, url: str
) -> None:
    must = "it must name a host, and a port from 1 to 65535 or none."
    assert _mistakes(tmp_path, f'public_url = "{url}"') == [f'public_url = "{url}": {must}']
    phone = f'[[local_phones]]\nname = "a"\nurl = "{url}"\npassword = "env:HOME"\n'
    found = _mistakes(tmp_path, f'{phone}slots = ["1=mtn"]')
    assert found == [f'[[local_phones]] 1 "a": url = "{url}": {must}']


@pytest.mark.parametrize("place", ["file:/nowhere/pin", "env:NGOMA_NO_PIN", "hunter2"])
def test_a_pin_that_is_not_there_is_named_and_a_pin_itself_is_not(
    tmp_path: Path, place: str
) -> None:
    toml = f'[[modems]]\nname = "a"\ndevice = "/x"\nnetwork = "mtn"\npin = "{place}"\n'
    (mistake,) = _mistakes(tmp_path, toml)
    assert mistake.startswith('[[modems]] 1 "a": pin:')
    assert (place in mistake) == (place != "hunter2")


def test_an_address_with_a_password_is_never_quoted(tmp_path: Path) -> None:
    toml = 'database_url = "mysql://u:hunter2@h"\nredis_url = "hunter2"\nmail_url = "hunter2:/"\n'
    mistakes = _mistakes(tmp_path, toml)
    assert [line.partition(":")[0] for line in mistakes] == [
        "database_url",
        "redis_url",
        "mail_url",
    ]
    assert "hunter2" not in "".join(mistakes)


def test_variables_of_other_programs_that_begin_alike_are_left_alone() -> None:
    environment = {"NGOMA_SOAK": "full", "NGOMA_TEST_DATABASE_URL": "x", "NGOMA_CONFIG": ""}
    assert load_settings(environment=environment) == Settings()


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "ngoma.toml"
    file.write_bytes(b"host = '\xff'")
    for path in (file, tmp_path / "gone.toml", tmp_path):
        with pytest.raises(InvalidRequest, match="cannot be read"):
            load_settings(config=path, environment={})


# -- providers of mobile money -------------------------------------------------------------------

MTN = """
[[providers]]
name = "mtn"
kind = "mtn"
base_url = "https://proxy.momoapi.mtn.com"
user = "u"
secret = "env:K"
"""


def test_an_account_with_a_provider_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("K", "top secret")
    file = tmp_path / "ngoma.toml"
    file.write_text(f'{MTN}subscription_key = "env:K"\n')
    (provider,) = load_settings(config=file, environment={}).providers
    assert (provider.name, provider.kind, provider.currency) == ("mtn", "mtn", "ZMW")
    assert [one.reveal() for one in provider.secrets] == ["top secret", "top secret"]
    assert "top secret" not in repr(provider)


def test_what_an_account_lacks_is_said_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("K", "top secret")
    toml = f'{MTN}callback_url = "pay.example.com"\nsubscription_kee = "x"\n' + MTN.replace(
        'kind = "mtn"', 'kind = "airtl"'
    ).replace("env:K", "plain")
    assert _mistakes(tmp_path, toml) == [
        '[[providers]] 1 "mtn": callback_url = "pay.example.com": it must be a URL that begins with'
        " http: or https:.",
        '[[providers]] 1 "mtn": subscription_kee: there is no such setting; did you mean'
        " subscription_key?",
        '[[providers]] 2 "mtn": kind = "airtl": it must be mtn, airtel, zamtel or pawapay;'
        " did you mean airtel?",
        '[[providers]] 2 "mtn": secret: A secret is written file:PATH or env:NAME.',
    ]
    assert _mistakes(tmp_path, f'{MTN}refund_user = "r"\nrefund_secret = "env:K"\n') == [
        '[[providers]] 1 "mtn": subscription_key is missing.',
        '[[providers]] 1 "mtn": refund_subscription_key is missing.',
    ]


def test_a_providers_name_names_accounts_of_the_ledger_too(tmp_path: Path) -> None:
    file = tmp_path / "ngoma.toml"
    file.write_text(MTN.replace('name = "mtn"', 'name = "MTN Zambia"'))
    with pytest.raises(InvalidRequest, match="at most 32 of a to z, 0 to 9 and dashes"):
        load_settings(config=file, environment={})
