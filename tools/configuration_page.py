"""`python -m tools.configuration_page` writes `docs/configuration.md`: every setting, from the models that validate them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from dms.config.settings import DEFAULT_PATH, Settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "configuration.md"

INTRODUCTION = f"""# Configuration

<!-- Written by `python -m tools.configuration_page` from dms/config/settings.py; a test fails when the two differ. -->

`dms run --config FILE` reads YAML with the keys below. Without `--config` it reads `{DEFAULT_PATH}`, and if that file does not
exist it runs on the defaults. Every key may be left out. An unknown key, a value of the wrong type or a value out of range is an
error, never a default: `dms check FILE` lists every error with its line, and `dms run` exits with 78.

[`systemd/dms.yaml`](../systemd/dms.yaml) is a complete file to start from. Options on the command line override it. For editors
there is a [JSON Schema](schema/configuration.schema.json), which `dms check --schema` prints as well.
`record: FOLDER` is short for `record: {{folder: FOLDER}}`, and `vehicle: {{source: NAME, …}}` for `vehicle: {{sources: {{NAME:
{{…}}}}}}`.
"""

WORDS = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "`true` or `false`",
    "null": "`null`",
    "object": "keys with values",
}
Schema = Mapping[str, Any]


def page() -> str:
    """The whole of `docs/configuration.md`: the top-level keys, then a table for each section."""
    kinds = ((name, _section(field.annotation)) for name, field in Settings.model_fields.items())
    sections = {name: kind for name, kind in kinds if kind is not None}
    tables = [_table("Top level", None, Settings, skip=set(sections))]
    tables += [_table(f"`{name}`", section.__doc__, section, skip=set()) for name, section in sections.items()]
    return "\n".join([INTRODUCTION, *tables])


def _section(annotation: Any) -> type[BaseModel] | None:
    """The model of a section, which may be left out altogether; None if the key holds a value."""
    models = (kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type) and issubclass(kind, BaseModel))
    return next(models, None)


def _table(title: str, about: str | None, model: type[BaseModel], skip: set[str]) -> str:
    properties: Mapping[str, Schema] = model.model_json_schema()["properties"]
    rows = (
        f"| `{key}` | {_values(schema)} | {_default(key, schema, model)} | {_cell(schema.get('description', ''))} |"
        for key, schema in properties.items()
        if key not in skip
    )
    heading = f"## {title}\n" + (f"\n{about.strip()}\n" if about else "")
    return "\n".join([heading, "| key | value | default | meaning |", "|---|---|---|---|", *rows, ""])


def _default(key: str, schema: Schema, model: type[BaseModel]) -> str:
    """The default as it is written in YAML; a dash for a key that has to be there."""
    return "–" if model.model_fields[key].is_required() else _literal(schema.get("default"))


def _values(schema: Schema) -> str:
    """What a key may be, in words: `number, 5 to 120`, `on or off`, `text or null`."""
    return _cell(" or ".join(_alternatives(schema)))


def _alternatives(schema: Schema) -> Iterator[str]:
    if "anyOf" in schema:
        for choice in schema["anyOf"]:
            yield from _alternatives(choice)
    elif "enum" in schema:
        yield ", ".join(_literal(value) for value in schema["enum"])
    elif schema["type"] == "array":
        yield "list of " + "".join(_alternatives(schema["items"])) + "s"
    elif schema["type"] == "string" and "pattern" in schema:
        yield f"text that matches `{schema['pattern']}`"
    else:
        yield WORDS[schema["type"]] + _range(schema)


def _range(schema: Schema) -> str:
    low, above, high = (schema.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    lowest = f"above {above:g}, up to" if above is not None else f"{low:g} to" if low is not None else None
    return f", {lowest} {high:.10g}" if lowest is not None and high is not None else ""


def _literal(value: Any) -> str:
    """A value as it is written in YAML."""
    return f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Write the page."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
