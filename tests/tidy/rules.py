"""The house rules that look at source files; each gives the places where it is broken."""

import ast
import re
import sys
from collections.abc import Iterator
from typing import Final

from domain.contents import ContentKind
from tests.tidy.sources import Source, dotted_names, imported_modules, nodes

SOURCE_LINES_MAX: Final = 350
TEST_LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 70
LINE_CHARACTERS_MAX: Final = 100
RUNS_ALONE: Final = {"adapters/evidence/verify.py": 500}
"""Programs that are one file, so that they run where nothing else of ours is."""

CLOCK_AND_CHANCE: Final = re.compile(
    r"""datetime\.(datetime|date)\.(now|utcnow|today) | datetime\.(now|utcnow|today)
    | time\.(time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns|sleep)
    | time\.(localtime|gmtime|ctime)
    | uuid\.(uuid1|uuid4) | os\.(urandom|getrandom) | (random|secrets|numpy\.random)(\..*)?""",
    re.VERBOSE,
)
BANNED_FILE_NAMES: Final = frozenset({"utils.py", "util.py", "helpers.py", "common.py", "misc.py"})

LOGGER: Final = re.compile(r"ngoma(\.[a-z_]+)+")

DOMAIN_MAY_IMPORT: Final = frozenset({"domain", "phonenumbers", "eventsourcing.domain"})
APPLICATION_MAY_IMPORT: Final = DOMAIN_MAY_IMPORT | {
    "application",
    "eventsourcing.application",
    "eventsourcing.persistence",
    "msgspec",
    "orjson",
}
KINDS: Final = frozenset(kind.value for kind in ContentKind)
KIND_IN_SQL: Final = re.compile(rf"\bkind\s*=\s*'({'|'.join(sorted(KINDS))})'")
TAKES_A_KIND: Final = frozenset(
    {"content", "contents", "look_up_contents", "erase", "erase_text", "is_content"}
    | {"ContentRow", "ContentErased", "TextErased"}
)

OUTSIDE_WORLD: Final = frozenset(
    {"asyncio", "http", "os", "pathlib", "random", "secrets", "shutil", "signal", "socket"}
    | {"sqlite3", "ssl", "subprocess", "tempfile", "urllib"}
)
"""Modules of the standard library that the inner rooms leave alone."""


def reads_clock_or_chance(source: Source) -> Iterator[str]:
    """Find clocks and randomness: they come in through ports."""
    for node, name in dotted_names(source.tree):
        if CLOCK_AND_CHANCE.fullmatch(name):
            yield f"{source.at(node)} {name}"


def imports_beyond(source: Source, allowed: frozenset[str]) -> Iterator[str]:
    """Find imports of anything but the standard library's pure part and ``allowed``."""
    for node, module in imported_modules(source.tree):
        top = module.partition(".")[0]
        is_allowed = any(module == name or module.startswith(f"{name}.") for name in allowed)
        is_pure = top in sys.stdlib_module_names and top not in OUTSIDE_WORLD
        if not (is_allowed or is_pure):
            yield f"{source.at(node)} {module}"


def counts_in_floats(source: Source) -> Iterator[str]:
    """Find float literals, ``float``, ``Decimal`` and true division.

    Seconds may be fractions: what goes into a name that ends in ``_s`` is left out.
    """
    seconds = {id(inner) for part in _of_seconds(source.tree) for inner in ast.walk(part)}
    for node in nodes(source.tree):
        if id(node) in seconds:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{source.at(node)} {node.value}"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield f"{source.at(node)} / (use // and say which way it rounds)"
        elif isinstance(node, ast.Name) and node.id in {"float", "Decimal"}:
            yield f"{source.at(node)} {node.id}"


def _of_seconds(tree: ast.Module) -> Iterator[ast.AST]:
    """Give what is assigned to, passed as, or declared for a name that ends in ``_s``."""
    for node in nodes(tree):
        match node:
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                if ast.unparse(target).endswith("_s"):
                    yield node
            case ast.keyword(arg=str(name)) | ast.arg(arg=name) if name.endswith("_s"):
                yield node
            case ast.FunctionDef(name=name, returns=ast.expr() as returns) if name.endswith("_s"):
                yield returns
            case ast.arguments():
                for argument, default in _defaults(node):
                    if argument.arg.endswith("_s"):
                        yield default
            case _:
                pass


def _defaults(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    positional = [*arguments.posonlyargs, *arguments.args]
    yield from zip(reversed(positional), reversed(arguments.defaults), strict=False)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield argument, default


def opens_without_a_sentence(source: Source) -> Iterator[str]:
    """Find modules whose docstring's first line is not one whole sentence."""
    docstring = ast.get_docstring(source.tree)
    if not source.text.strip():
        return  # an empty __init__.py that only makes a package
    first = (docstring or "").partition("\n")[0]
    if not first.endswith((".", "!", "?")) or re.search(r"[.!?] [A-Z]", first):
        yield f"{source.name}:1 opens with {first!r}"


def is_too_long(source: Source) -> Iterator[str]:
    """Find files, functions and lines over the limits."""
    if source.text.startswith('"""Written by `make docs`'):
        return
    is_test = source.name.startswith("tests/")
    lines_max = TEST_LINES_MAX if is_test else RUNS_ALONE.get(source.name, SOURCE_LINES_MAX)
    if len(source.lines) > lines_max:
        yield f"{source.name} has {len(source.lines)} lines"
    for number, line in enumerate(source.lines, start=1):
        if len(line) > LINE_CHARACTERS_MAX:
            yield f"{source.name}:{number} has {len(line)} characters"
    for node in nodes(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield f"{source.at(node)} {node.name} has {length} lines"


def catches_everything_without_saying_why(source: Source) -> Iterator[str]:
    """Find ``except Exception`` and wider, without a reason on the same line."""
    for node in nodes(source.tree):
        if isinstance(node, ast.ExceptHandler) and _is_wide(node.type):
            comment = source.lines[node.lineno - 1].partition("#")[2]
            reason = re.sub(r"(noqa|type: ignore|pragma)\S*|\b[A-Z]+\d+\b", "", comment)
            if len(re.findall(r"\w+", reason)) < 2:
                yield f"{source.at(node)} says no reason"


def _is_wide(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(_is_wide(one) for one in caught.elts)
    return caught is None or (
        isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"}
    )


def logs_outside_the_product(source: Source) -> Iterator[str]:
    """Find loggers whose name is not ``ngoma.<subject>``, as a literal or a constant beside it."""
    names = {
        ast.unparse(node.target if isinstance(node, ast.AnnAssign) else node.targets[0]): node.value
        for node in source.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    }
    for node in nodes(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("getLogger"):
            given = node.args[0] if node.args else None
            name = names.get(ast.unparse(given), given) if given is not None else None
            word = name.value if isinstance(name, ast.Constant) else None
            if not (isinstance(word, str) and LOGGER.fullmatch(word)):
                yield f"{source.at(node)} {ast.unparse(node)}"


def judges_while_applying(source: Source) -> Iterator[str]:
    """Find ``raise``, ``assert`` and clocks in the bodies that replay runs again.

    These are the methods named ``apply`` and those decorated with ``event``.
    """
    late = {name for name, _ in _clock_lines(source)}
    for node in nodes(source.tree):
        if not (isinstance(node, ast.FunctionDef) and _is_applied(node)):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Raise | ast.Assert):
                yield f"{source.at(inner)} {node.name} judges; decide before the event"
            elif source.at(inner) in late:
                yield f"{source.at(inner)} {node.name} reads a clock"


def _clock_lines(source: Source) -> Iterator[tuple[str, str]]:
    for found in reads_clock_or_chance(source):
        place, _, name = found.partition(" ")
        yield place, name


def _is_applied(function: ast.FunctionDef) -> bool:
    decorators = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    return function.name == "apply" or any(
        isinstance(decorator, ast.Name) and decorator.id == "event" for decorator in decorators
    )


def writes_a_content_kind_as_text(source: Source) -> Iterator[str]:
    """Find kinds of contents as bare strings: given to what takes one, compared, or in SQL."""
    for node in nodes(source.tree):
        match node:
            case ast.Call(args=[ast.Constant(value=str(word)), *_]) if word in KINDS:
                if ast.unparse(node.func).rpartition(".")[2] in TAKES_A_KIND:
                    yield f"{source.at(node)} {ast.unparse(node)}"
            case ast.Compare(left=left, comparators=[ast.Constant(value=str(word))]):
                if word in KINDS and ast.unparse(left).endswith(".kind"):
                    yield f"{source.at(node)} {ast.unparse(node)}"
            case ast.Constant(value=str(text)) if KIND_IN_SQL.search(text):
                yield f"{source.at(node)} {text.strip()}"
            case _:
                pass


def parses_a_body(source: Source) -> Iterator[str]:
    """Find the body of a content parsed: each form has one reader, beside its writer."""
    for node in nodes(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("loads"):
            given = [name for argument in node.args for name in _words_of(argument)]
            if "body" in given:
                yield f"{source.at(node)} {ast.unparse(node)}"


def _words_of(argument: ast.expr) -> Iterator[str]:
    """Give every name, attribute and string in an argument."""
    for node in ast.walk(argument):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.Constant(value=str(word)):
                yield word
            case _:
                pass
