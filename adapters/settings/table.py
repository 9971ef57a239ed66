"""What there is to set, as one table: the reference and a new file of settings come from it."""

import ast
import inspect
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Row:
    """One setting."""

    name: str
    kind: object
    """Its type, as the settings declare it."""
    default: Any
    """``dataclasses.MISSING`` where there is none and it has to be given."""
    text: str
    """What it is for, on one line."""


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that stand together; those at the top of a file have no name."""

    name: str
    text: str
    is_list: bool
    """Whether it may stand several times, as ``[[modems]]``."""
    rows: Sequence[Row]


def table(settings: type) -> Sequence[Section]:
    """Give what a dataclass of settings has: the plain ones first, then section by section.

    Raises:
        ValueError: a setting does not say what it is for.
    """
    hints = get_type_hints(settings)
    inner = {each.name: kind for each in fields(settings) if (kind := _section(hints[each.name]))}
    plain = [_row(settings, each, hints) for each in fields(settings) if each.name not in inner]
    return [
        Section("", "", is_list=False, rows=plain),
        *(
            Section(
                each.name,
                str(each.metadata.get("help") or inspect.getdoc(inner[each.name])),
                is_list=hints[each.name] is not inner[each.name],
                rows=_rows(inner[each.name]),
            )
            for each in fields(settings)
            if each.name in inner
        ),
    ]


def _rows(section: type) -> Sequence[Row]:
    hints, said = get_type_hints(section), _said_below(section)
    return [_row(section, each, hints, said) for each in fields(section)]


def _row(
    holder: type, one: "Field[Any]", hints: Mapping[str, object], said: Mapping[str, str] = {}
) -> Row:
    text = said.get(one.name) or one.metadata.get("help")
    if not text:
        msg = f"{holder.__name__}.{one.name} has no help"
        raise ValueError(msg)
    default = one.default if one.default_factory is MISSING else one.default_factory()
    return Row(one.name, hints[one.name], default, str(text))


def _section(hint: object) -> type | None:
    """Give the dataclass that a setting holds one or several of."""
    if get_origin(hint) is tuple:
        return _section(get_args(hint)[0])
    return hint if isinstance(hint, type) and is_dataclass(hint) else None


def _said_below(section: type) -> Mapping[str, str]:
    """Give the strings that stand below fields, by field; they are in the source alone."""
    (found,) = ast.parse(inspect.cleandoc(inspect.getsource(section))).body
    body = found.body if isinstance(found, ast.ClassDef) else ()
    return {
        ast.unparse(one.target): " ".join(text.value.value.split())
        for one, text in itertools.pairwise(body)
        if isinstance(one, ast.AnnAssign)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
