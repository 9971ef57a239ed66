"""The reference lists every event, error, setting and command, as the code has them now."""

import ast
import dataclasses
import re
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest

from tests.tidy import discovery, reference
from tests.tidy.sources import ROOT, nodes, sources


@pytest.mark.parametrize("name", list(reference.PAGES))
@pytest.mark.slow
def test_a_page_of_the_reference_is_what_make_docs_writes(name: str) -> None:
    fresh = reference.pages().get(name)
    path = reference.FOLDER / name
    written = path.read_text() if path.exists() else None
    assert written == fresh, f"{name} is stale: run make docs"


def test_every_topic_in_the_source_is_listed() -> None:
    declared = {
        node.value.value
        for source in sources("domain")
        for node in nodes(source.tree)
        if isinstance(node, ast.Assign)
        and [ast.unparse(target) for target in node.targets] == ["TOPIC"]
        and isinstance(node.value, ast.Constant)
    }
    topics = {str(topic) for topic in declared if "." in str(topic)}
    topics = {topic for topic in topics if not topic.endswith(".Event")}
    listed = set(re.findall(r"^### (\S+)$", reference.pages()["events.md"], re.MULTILINE))
    assert topics
    assert listed == topics


# -- errors ---------------------------------------------------------------------------------


def test_the_tree_at_the_top_of_the_errors_is_the_real_one() -> None:
    drawing = (ROOT / "domain" / "errors.py").read_text().partition('"""\n\n')[0]
    drawn = re.findall(r"^ {4}([│ ├└─]*)(\w+)", drawing, re.MULTILINE)
    assert [(len(indent) // 4, name) for indent, name in drawn] == [
        (depth, error.__name__) for depth, error in discovery.errors()
    ]


def test_every_error_is_listed_and_described() -> None:
    text = reference.pages()["errors.md"]
    for _, error in discovery.errors():
        assert f"- `{error.__name__}`: {discovery.summary(error).replace('``', '`')}" in text
        assert discovery.summary(error)
    for _, name, base in discovery.errors_of_outer_rooms():
        assert f"| `{name}` | `{base}` |" in text


# -- settings and commands --------------------------------------------------------------------


def test_every_setting_in_the_source_is_listed() -> None:
    text = reference.pages().get("settings.md", "")
    for source in sources("adapters"):
        for node in nodes(source.tree):
            if isinstance(node, ast.ClassDef) and _is_settings(source.name, node):
                for name in _fields(node):
                    assert f"`{name}`" in text or f"{name}]" in text, f"{node.name}.{name}"


def _is_settings(file: str, node: ast.ClassDef) -> bool:
    return file.startswith("adapters/settings") and "help" in ast.unparse(node)


def _fields(node: ast.ClassDef) -> list[str]:
    return [
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]


@dataclass(frozen=True)
class Lines:
    """How many requests an account may make."""

    single: int = 120
    """Single sends
    a minute."""


@dataclass(frozen=True)
class Sim:
    """One SIM card."""

    name: str = field(metadata={"help": "What logs call it."})


@dataclass(frozen=True)
class Everything:
    """A stand-in for the settings."""

    data_dir: Path = field(default=Path("data"), metadata={"help": "Where files are."})
    redis_url: str | None = field(default=None, metadata={"help": "Scaled | only."})
    limits: Lines = field(default_factory=Lines)
    sims: tuple[Sim, ...] = field(default=(), metadata={"help": "The cards."})


def test_settings_are_listed_with_their_sections_and_environment() -> None:
    text = reference.page(reference.settings_page(Everything))
    for row in [
        "| `data_dir` | Path | `data` | Where files are. | `NGOMA_DATA_DIR` |",
        "| `redis_url` | str \\| None | none | Scaled \\| only. | `NGOMA_REDIS_URL` |",
        "## `[limits]`\n\nHow many requests an account may make.",
        "| `single` | int | `120` | Single sends a minute. | `NGOMA_LIMITS_SINGLE` |",
        "## `[[sims]]`\n\nThe cards.",
        "| `name` | str | required | What logs call it. |",
    ]:
        assert row in text


def test_a_setting_without_help_cannot_be_listed() -> None:
    bare = dataclasses.make_dataclass("bare", [("x", int, field(default=1))])
    with pytest.raises(ValueError, match=r"bare\.x has no help"):
        list(reference.settings_page(bare))


@click.group()
def main() -> None:
    """Run the gateway."""


@main.group()
def wallet() -> None:
    """Look at credits and move them."""


@wallet.command("top-up")
@click.argument("account")
@click.option("--credits", type=int, required=True, help="How many.")
@click.option("--lane", type=click.Choice(["otp", "bulk"]), default="bulk", help="Which.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def top_up(account: str, credits: int, lane: str, *, as_json: bool) -> None:
    """Add bought credits.

    \b
    Example:
        ngoma wallet top-up 7 --credits 100
    """


def test_commands_are_listed_with_their_options_and_examples() -> None:
    text = reference.page(reference.cli_page(main))
    for part in [
        "## ngoma\n",
        "## ngoma wallet\n\n```\nngoma wallet COMMAND …\n```\n\nLook at credits and move them.",
        "## ngoma wallet top-up\n\n```\nngoma wallet top-up [options] ACCOUNT\n```",
        "```\nExample:\n    ngoma wallet top-up 7 --credits 100\n```",
        "| `--credits INTEGER` | How many. Required. |",
        "| `--lane otp\\|bulk` | Which. Default: `bulk`. |",
        "| `--json` | Print JSON. |",
    ]:
        assert part in text
