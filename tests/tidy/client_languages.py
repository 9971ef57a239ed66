"""Writes a client library's types and calls in Python, PHP and TypeScript."""

import keyword
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from tests.tidy.client_calls import Call, Calls, Field, Schema, Shape

NOTE: Final = "Written by `make docs` from the gateway's OpenAPI document: edit nothing here."
WIDTH: Final = 96
KINDS: Final = ("string", "integer", "number", "boolean", "null", "object", "anything", "map")
PLAIN: Final = {
    language: dict(zip(KINDS, kinds, strict=True))
    for language, kinds in {
        "python": (
            *("str", "int", "float", "bool", "None"),
            *("dict[str, object]", "object", "dict[str, {}]"),
        ),
        "php": (
            *("string", "int", "float", "bool", "null"),
            *("array<string, mixed>", "mixed", "array<string, {}>"),
        ),
        "typescript": (
            *("string", "number", "number", "boolean", "null"),
            *("Record<string, unknown>", "unknown", "Record<string, {}>"),
        ),
    }.items()
}


def _type(schema: Schema, language: str, many: Callable[[str], str]) -> str:
    """Give a schema's type; ``many`` says how a list of something is written.

    Raises:
        KeyError: the schema has a kind that no language here knows.
    """
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return _union(_type(each, language, many) for each in schema["anyOf"])
    if "const" in schema:
        return _literal([schema["const"]], language)
    if "enum" in schema:
        return _literal(schema["enum"], language)
    if schema.get("type") == "array":
        return many(_type(schema["items"], language, many))
    if isinstance(schema.get("additionalProperties"), dict):
        inner = _type(schema["additionalProperties"], language, many)
        return PLAIN[language]["map"].format(inner)
    return PLAIN[language][schema.get("type", "anything")]


def _union(names: Iterator[str] | Sequence[str]) -> str:
    return " | ".join(dict.fromkeys(names))


def _literal(values: Sequence[Any], language: str) -> str:
    quote = "'{}'" if language == "php" else '"{}"'
    words = (
        {True: "True", False: "False"} if language == "python" else {True: "true", False: "false"}
    )
    written = [
        words[value]
        if isinstance(value, bool)
        else quote.format(value)
        if isinstance(value, str)
        else str(value)
        for value in values
    ]
    return f"Literal[{', '.join(written)}]" if language == "python" else " | ".join(written)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _wrapped(words: str, indent: str) -> str:
    return textwrap.fill(
        words, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def _sentence(words: str) -> str:
    return words if words.endswith(".") else f"{words}."


# -- Python -----------------------------------------------------------------------------------


def python(calls: Calls) -> str:
    """Give the module ``ngoma_client.gateway``."""
    asked = {name for call in calls.calls for name in call.fields}
    parts = [
        f'"""{NOTE}"""',
        "from collections.abc import Sequence\n"
        "from typing import Any, Literal, NotRequired, TypedDict, Unpack, overload\n\n"
        "from ngoma_client.request import Request, keyed, quoted",
        f'VERSION = "{calls.version}"',
        *(_python_shape(shape, is_asked=shape.name in asked) for shape in calls.shapes),
        f"Event = {_union(calls.event_types)}",
        *(_python_calls(calls, is_async=is_async) for is_async in (False, True)),
    ]
    return "\n\n".join(parts) + "\n"


def _python_shape(shape: Shape, *, is_asked: bool) -> str:
    def written(field: Field) -> str:
        kind = _type(field.schema, "python", lambda inner: f"{many}[{inner}]")
        return kind if field.needed else f"NotRequired[{kind}]"

    many = "Sequence" if is_asked else "list"
    if not shape.fields:
        return f"{shape.name} = {_type(shape.schema, 'python', 'list[{}]'.format)}"
    if not is_asked and any(keyword.iskeyword(field.name) for field in shape.fields):
        lines = [f'        "{field.name}": {written(field)},' for field in shape.fields]
        return "\n".join(
            [f'{shape.name} = TypedDict(\n    "{shape.name}",\n    {{', *lines, "    },\n)"]
        )
    lines = [f"class {shape.name}(TypedDict):", _python_words(shape.words)]
    for field in shape.fields:
        name = f"{field.name}_" if keyword.iskeyword(field.name) else field.name
        lines.append(f"    {name}: {written(field)}")
        if field.words:
            lines.append(_python_words(field.words))
    return "\n".join(lines)


def _python_words(words: str, indent: str = "    ") -> str:
    return _wrapped(f'"""{_sentence(words)}"""', indent)


def _python_calls(calls: Calls, *, is_async: bool) -> str:
    name, does, waits = ("AsyncCalls", "async def", "await ") if is_async else ("Calls", "def", "")
    lines = [
        f"class {name}:",
        '    """Every call, as the gateway\'s OpenAPI document has it."""\n',
        f"    {does} _ask(self, request: Request) -> Any:",
        "        raise NotImplementedError",
    ]
    for call in calls.calls:
        lines += ["", *_python_call(call, does, waits)]
    return "\n".join(lines)


def _python_call(call: Call, does: str, waits: str) -> Iterator[str]:
    answer = _union(call.answers)
    before = ["self", *(f"{place}: str" for place in call.places)]
    if call.keyed:
        before += ["*", "idempotency_key: str | None = None"]

    def head(fields: str | None) -> str:
        taken = [*before, *([f"**fields: {fields}"] if fields else [])]
        return f"    {does} {call.name}({', '.join(taken)}) -> {answer}:"

    unpacked = [f"Unpack[{name}]" for name in call.fields]
    if len(unpacked) > 1:
        for each in unpacked:
            yield f"    @overload\n{head(each)} ..."
        unpacked = ["Any"]
    path = call.path
    for place in call.places:
        path = path.replace(f"{{{place}}}", f"{{quoted({place})}}")
    parts = [f'"{call.method}"', f'{"f" if call.places else ""}"{path}"']
    if call.fields:
        parts.append(f"{'query' if call.method == 'GET' else 'body'}=fields")
    if call.keyed:
        parts.append("key=keyed(idempotency_key)")
    yield head(unpacked[0] if unpacked else None)
    yield _python_words(call.words, "        ")
    yield f"        request = Request({', '.join(parts)})"
    yield f"        answer: {answer} = {waits}self._ask(request)"
    yield "        return answer"


# -- PHP --------------------------------------------------------------------------------------


def php(calls: Calls) -> str:
    """Give the class ``Ngoma\\Client\\Gateway``."""
    lines = [
        f"<?php\n\n// {NOTE}\n\ndeclare(strict_types=1);\n\nnamespace Ngoma\\Client;\n",
        "/**\n * Every call, as the gateway's OpenAPI document has it.\n *",
        *(f" * @phpstan-type {shape.name} {_php_shape(shape)}" for shape in calls.shapes),
        f" * @phpstan-type Event {_union(calls.event_types)}",
        " */\nabstract class Gateway\n{",
        f"    public const VERSION = '{calls.version}';\n",
        "    /**\n     * @param array<string, mixed> $query",
        "     * @param array<string, mixed>|null $body\n     */",
        "    abstract protected function ask(string $method, string $path, array $query = [], "
        "?array $body = null, ?string $key = null): mixed;",
    ]
    for call in calls.calls:
        lines += ["", *_php_call(call)]
    return "\n".join([*lines, "}"]) + "\n"


def _php_shape(shape: Shape) -> str:
    if not shape.fields:
        return _type(shape.schema, "php", "list<{}>".format)

    def written(field: Field) -> str:
        kind = _type(field.schema, "php", "list<{}>".format)
        return f"{field.name}{'' if field.needed else '?'}: {kind}"

    fields = (written(field) for field in shape.fields)
    return f"array{{{', '.join(fields)}}}"


def _php_call(call: Call) -> Iterator[str]:
    yield f"    /**\n     * {_sentence(call.words)}\n     *"
    taken = [f"string ${_camel(place)}" for place in call.places]
    if call.fields:
        yield f"     * @param {_union(call.fields)} $fields"
        taken.append("array $fields = []" if call.optional else "array $fields")
    if call.keyed:
        taken.append("?string $idempotencyKey = null")
    path = f"'{call.path}'"
    for place in call.places:
        path = path.replace(f"{{{place}}}", f"' . \\rawurlencode(${_camel(place)}) . '")
    parts = [f"'{call.method}'", path.removesuffix(" . ''")]
    if call.fields:
        parts.append(f"{'query' if call.method == 'GET' else 'body'}: $fields")
    if call.keyed:
        parts.append("key: $idempotencyKey ?? Keys::make()")
    yield f"     * @return {_union(call.answers)}\n     */"
    yield f"    public function {_camel(call.name)}({', '.join(taken)}): array\n    {{"
    yield f"        /** @var {_union(call.answers)} */"
    yield f"        return $this->ask({', '.join(parts)});\n    }}"


# -- TypeScript -------------------------------------------------------------------------------


def typescript(calls: Calls) -> str:
    """Give the module ``gateway.ts``."""
    asked = {name for call in calls.calls for name in call.fields}
    parts = [
        f"// {NOTE}",
        'import { keyed, type Options, type Request } from "./request.js";',
        f'export const VERSION = "{calls.version}";',
        *(_typescript_shape(shape, is_asked=shape.name in asked) for shape in calls.shapes),
        f"export type Event =\n  | {_union(calls.event_types).replace(' | ', f'{chr(10)}  | ')};",
        _typescript_calls(calls),
    ]
    return "\n\n".join(parts) + "\n"


def _typescript_shape(shape: Shape, *, is_asked: bool) -> str:
    def many(inner: str) -> str:
        item = f"({inner})" if " | " in inner else inner
        return f"{'readonly ' if is_asked else ''}{item}[]"

    words = f"/** {_sentence(shape.words)} */\n" if shape.words else ""
    if not shape.fields:
        return f"{words}export type {shape.name} = {_type(shape.schema, 'typescript', many)};"
    lines = []
    for field in shape.fields:
        kind = _type(field.schema, "typescript", many)
        if field.words:
            lines.append(f"  /** {_sentence(field.words)} */")
        lines.append(f"  {field.name}{'' if field.needed else '?'}: {kind};")
    return "\n".join([f"{words}export interface {shape.name} {{", *lines, "}"])


def _typescript_calls(calls: Calls) -> str:
    lines = [
        "/** Every call, as the gateway's OpenAPI document has it. */",
        "export abstract class Calls {",
        "  protected abstract ask<T>(request: Request): Promise<T>;",
    ]
    for call in calls.calls:
        lines += ["", *_typescript_call(call)]
    return "\n".join([*lines, "}"])


def _typescript_call(call: Call) -> Iterator[str]:
    taken = [f"{_camel(place)}: string" for place in call.places]
    if call.fields:
        taken.append(f"fields: {_union(call.fields)}{' = {}' if call.optional else ''}")
    if call.keyed:
        taken.append("options: Options = {}")
    path = f'"{call.path}"'
    if call.places:
        path = f"`{call.path}`"
        for place in call.places:
            path = path.replace(f"{{{place}}}", f"${{encodeURIComponent({_camel(place)})}}")
    parts = [f'method: "{call.method}"', f"path: {path}"]
    if call.fields:
        parts.append(f"{'query' if call.method == 'GET' else 'body'}: {{ ...fields }}")
    if call.keyed:
        parts.append("key: keyed(options)")
    yield f"  /** {_sentence(call.words)} */"
    yield f"  {_camel(call.name)}({', '.join(taken)}): Promise<{_union(call.answers)}> {{"
    yield f"    return this.ask({{ {', '.join(parts)} }});\n  }}"
