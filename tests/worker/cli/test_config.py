"""Settings are shown with where they come from, and never with a secret; a file begins them."""

from dataclasses import MISSING
from pathlib import Path

import pytest

from adapters.settings import Settings, load_settings
from adapters.settings.table import table
from domain.errors import InvalidRequest
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


def test_the_name_of_a_file_stays_as_it_is_written_in_an_error(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text('[[modems]]\nname = "try"\nnetwork = "mtn"\n')
    refused = cli.refusal("config", "show", "--config", "small.toml")
    assert refused == 'small.toml: [[modems]] 1 "try": device is missing.'


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
        '[[local_phones]]\nname = "p"\nurl = "http://p:8080"\nslots = ["1=mtn"]\n'
        f'password = "file:{pin}"\n'
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
    (phone,) = shown["local_phones"]["value"]
    assert (phone["user"], phone["password"], phone["slots"]) == ("sms", "***", ["1=mtn"])
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


# -- a file to begin with ----------------------------------------------------------------------


@pytest.fixture
def begun(cli: Cli, tmp_path: Path) -> Path:
    """What ``ngoma config init`` writes."""
    path = tmp_path / "ngoma.toml"
    cli.run("config", "init", path)
    return path


def test_a_file_to_begin_with_has_every_setting_and_what_it_is_for(begun: Path) -> None:
    lines = begun.read_text().splitlines()
    for section in table(Settings):
        for row in section.rows:
            place = lines.index(f"# {row.text}")
            assert lines[place + 1].startswith(f"#{row.name} = ")
        heading = f"[[{section.name}]]" if section.is_list else f"[{section.name}]"
        assert not section.name or heading in [line.removeprefix("#") for line in lines]


def test_a_file_to_begin_with_changes_nothing(begun: Path) -> None:
    assert load_settings(config=begun, environment={}) == Settings()


def test_what_stands_commented_out_are_the_defaults(begun: Path) -> None:
    taken = []
    for line in begun.read_text().split("#[[")[0].splitlines():
        is_value = line.startswith("#") and not line.startswith("# ") and not line.endswith("= ")
        taken.append(line[1:] if is_value else line)
    begun.write_text("\n".join(taken))
    assert sum(" = " in line and not line.startswith("#") for line in taken) == sum(
        row.default not in {None, MISSING}
        for section in table(Settings)
        for row in section.rows
        if not section.is_list
    )
    assert load_settings(config=begun, environment={}) == Settings()


def test_the_tables_of_modems_and_providers_are_read_once_filled_in(begun: Path) -> None:
    text = begun.read_text()
    lines = text[text.index("#[[modems]]") : text.index("#[[providers]]")].splitlines()
    given = {"name": '"mtn-1"', "device": '"/dev/ttyUSB0"', "network": '"mtn"'}
    given |= {"url": '"http://p"', "password": '"env:HOME"', "slots": '["1=mtn"]'}
    for place, line in enumerate(lines):
        name, _, value = line.removeprefix("#").partition(" = ")
        if line.startswith("#[[") or (
            not line.startswith("# ") and value not in {"", " # required"}
        ):
            lines[place] = line.removeprefix("#")
        elif not line.startswith("# ") and name in given:
            lines[place] = f"{name} = {given[name]}"
    begun.write_text("\n".join(lines))
    read = load_settings(config=begun, environment={})
    (modem,), (phone,) = read.modems, read.local_phones
    assert (phone.url, phone.slots, phone.user) == ("http://p", ("1=mtn",), "sms")
    assert (modem.name, modem.segments_per_minute, modem.off_net) == ("mtn-1", 8, False)


def test_a_line_whose_value_was_forgotten_is_said_with_its_place(begun: Path) -> None:
    begun.write_text(begun.read_text().replace("#redis_url = ", "redis_url = "))
    with pytest.raises(InvalidRequest, match=r"cannot be read.*line"):
        load_settings(config=begun, environment={})


def test_a_file_to_begin_with_is_private_and_replaces_nothing(cli: Cli, begun: Path) -> None:
    assert begun.stat().st_mode & 0o777 == 0o600
    begun.write_text("port = 9000\n")
    assert cli.refusal("config", "init", begun) == f"{begun} is there already, and is left alone."
    assert begun.read_text() == "port = 9000\n"
    link = begun.with_name("link.toml")
    link.symlink_to(begun.with_name("elsewhere"))
    assert cli.refusal("config", "init", link).endswith("is left alone.")
    nowhere = begun.parent / "no" / "ngoma.toml"
    assert (
        cli.refusal("config", "init", nowhere)
        == f"{nowhere} cannot be written: No such file or directory."
    )


def test_a_file_to_begin_with_says_what_comes_next(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "my ngoma.toml"
    said = cli.run("config", "init", path).output
    assert f"ngoma config show --config '{path}'" in said
    assert cli.json("config", "show", "--config", path)["port"]["value"] == 8080
