"""Settings are shown with where they come from, and never with a secret."""

from pathlib import Path

import pytest

from tests.worker.cli.commands import Cli
from worker.cli.config import masked_url


def test_each_setting_says_where_it_comes_from(cli: Cli, tmp_path: Path) -> None:
    config = tmp_path / "ngoma.toml"
    config.write_text('port = 9000\nhost = "0.0.0.0"\n[numbering]\nplan = "national"\n')
    given = Cli(cli.folder, {"NGOMA_PORT": "9001", "NGOMA_LIMITS_SINGLE": "7"})
    shown = given.json("config", "show", "--config", config)
    assert shown["port"] == {"value": 9001, "from": "environment"}
    assert shown["host"] == {"value": "0.0.0.0", "from": "file"}
    assert shown["numbering_plan"] == {"value": "national", "from": "file"}
    assert shown["log_level"] == {"value": None, "from": "default"}
    assert shown["limits"]["from"] == "environment"
    assert shown["limits"]["value"]["single"] == 7
    assert shown["data_dir"] == {"value": str(cli.folder), "from": "environment"}
    shown = given.json("config", "show", "--data-dir", tmp_path)
    assert shown["data_dir"] == {"value": str(tmp_path), "from": "flag"}


def test_secrets_are_masked_in_both_forms(cli: Cli, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text("4711")
    config = tmp_path / "ngoma.toml"
    config.write_text(
        'database_url = "postgresql://ngoma:hunter2@db/ngoma"\n'
        'redis_url = "redis://:hunter2@cache/0"\nserver_secret = "env:SECRET"\n'
        'mail_url = "smtp://u:hunter2@mail"\n'
        f'[[modems]]\nname = "mtn-1"\nnetwork = "mtn"\ndevice = "/dev/x"\npin = "file:{pin}"\n'
        '[[providers]]\nname = "a"\nkind = "airtel"\nbase_url = "https://a"\nuser = "u"\n'
        f'secret = "file:{pin}"\n'
    )
    shown = cli.json("config", "show", "--config", config)
    assert shown["database_url"]["value"] == "postgresql://ngoma:***@db/ngoma"
    assert shown["redis_url"]["value"] == "redis://:***@cache/0"
    assert shown["mail_url"]["value"] == "smtp://u:***@mail"
    assert shown["server_secret"]["value"] == "env:SECRET"
    (modem,) = shown["modems"]["value"]
    assert (modem["name"], modem["pin"]) == ("mtn-1", "***")
    (provider,) = shown["providers"]["value"]
    assert (provider["user"], provider["secret"]) == ("u", "***")
    for flags in ([], ["--json"]):
        printed = cli.run("config", "show", "--config", config, *flags).output
        assert "hunter2" not in printed
        assert "4711" not in printed
    plain = Cli(cli.folder, {"NGOMA_SERVER_SECRET": "hunter2", "NGOMA_MAIL_PASSWORD": "hunter2"})
    for name in ("server_secret", "mail_password"):
        assert plain.json("config", "show")[name]["value"] == "***"
    assert not cli.folder.exists()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://db/ngoma", "postgresql://db/ngoma"),
        ("postgresql://ngoma@db/ngoma", "postgresql://ngoma@db/ngoma"),
        ("postgresql://ngoma:a%40b@db:5432/x?sslmode=require",
         "postgresql://ngoma:***@db:5432/x?sslmode=require"),
        ("postgresql://ngoma:a@b@db/x", "postgresql://ngoma:***@db/x"),
        ("postgresql://db/x?user=u&password=p", "postgresql://db/x?***"),
        ("redis://:p@cache/0", "redis://:***@cache/0"),
        ("host=db password=p", "***"),
        ("postgresql:host=db password=p", "***"),
        ("postgresql://[p", "***"),
        ("p", "***"),
    ],
)  # fmt: skip
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert masked_url(url) == shown
