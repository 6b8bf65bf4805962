"""`docs/reference/configuration.md`: every key, what may stand there, its default and its names elsewhere."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from server.config import (
    FILE_NAME,
    TABLE_SETTINGS,
    AnyTableSettings,
    AssetSettings,
    BlindsSettings,
    Config,
    DatabaseSettings,
    InstantSettings,
    JackpotSettings,
    LevelSettings,
    Limits,
    as_toml,
)
from server.config.settings import ENVIRONMENT_PREFIX, NESTED_DELIMITER
from server.reference.docstrings import field_docstrings
from server.reference.markdown import code, page, table
from server.reference.shapes import Schema, shape

SECTIONS: Final[Mapping[str, type[BaseModel]]] = {
    "assets": AssetSettings,
    "tables": AnyTableSettings,
    "instant": InstantSettings,
    "jackpots": JackpotSettings,
    "limits": Limits,
    "database": DatabaseSettings,
}
"""The keys that are tables of TOML themselves. All but these are arrays of them:"""
SINGLE: Final = frozenset({"limits", "database"})
_SOURCES: Final = f"""\
A value comes from a flag, else from the environment, else from a TOML file (`--config FILE`, or `./{FILE_NAME}` when
there is one), else it is the default. An unknown key, anywhere, or a bad value is an error that names it, and nothing
is started. `croupier config` prints what is in force, secrets masked.

In the environment a key is its name in capitals after `{ENVIRONMENT_PREFIX}`, a key of a section with two underscores:
`{ENVIRONMENT_PREFIX}LIMITS{NESTED_DELIMITER}PING_SECONDS=5`. Lists are JSON there, and so is `database.shards`; but
`allowed_origins` has commas. An empty variable is as good as none. `--set KEY=VALUE` sets any key: `--set
limits.ping_seconds=5`."""
_LISTS: Final = "A list replaces the default list as a whole."


def configuration_page(flags: Mapping[str, str]) -> str:
    """The text of the page; `flags` are the keys that have a flag of their own, and its explanation."""
    schema = Config.model_json_schema()
    own = [(f"`--{key.replace('_', '-')}`", f"`{key}`", said) for key, said in flags.items()]
    return page(
        "Configuration",
        _SOURCES,
        f"## Flags\n\n{table(('flag', 'key', 'what'), own)}\n\n`--unsafe` sets `unsafe`.",
        f"## Keys\n\n{_table(Config, schema, '', _simple())}",
        *_sections(schema["$defs"]),
        f"## The defaults as a file\n\n{code(as_toml(Config()), 'toml')}",
    )


def _simple() -> list[str]:
    return [key for key in Config.model_fields if key not in SECTIONS]


def _sections(definitions: Mapping[str, Schema]) -> Iterator[str]:
    for key, model in SECTIONS.items():
        said = f"{(model.__doc__ or '').strip()}{'' if key in SINGLE else f' {_LISTS}'}"
        header = f"`[{key}]`" if key in SINGLE else f"`[[{key}]]`"
        if model is AnyTableSettings:
            parts = [
                f"### {game}\n\n{(one.__doc__ or '').strip()}\n\n{_rows(one, definitions, None)}"
                for game, one in TABLE_SETTINGS.items()
            ]
            parts.append(_items(BlindsSettings, definitions))
            yield "\n\n".join((f"## {key}\n\n{header}: {said} Which keys it has depends on its `game`.", *parts))
        else:
            rows = _rows(model, definitions, f"{key}." if key in SINGLE else None)
            yield f"## {key}\n\n{header}: {said}\n\n{rows}"
            if model is JackpotSettings:
                yield _items(LevelSettings, definitions)


def _items(model: type[BaseModel], definitions: Mapping[str, Schema]) -> str:
    """What the items of a list in a section are."""
    return f"### {model.__name__}\n\n{(model.__doc__ or '').strip()}\n\n{_rows(model, definitions, None)}"


def _rows(model: type[BaseModel], definitions: Mapping[str, Schema], prefix: str | None) -> str:
    return _table(model, definitions[model.__name__], prefix, list(model.model_fields))


def _table(model: type[BaseModel], schema: Schema, prefix: str | None, keys: list[str]) -> str:
    """Rows of keys; `prefix` of nothing is a list's item, whose keys have no name in the environment."""
    docs = field_docstrings(model)
    rows = []
    for key in keys:
        environment = [] if prefix is None else [f"`{_variable(prefix + key)}`"]
        field = model.model_fields[key]
        default = "" if field.is_required() else f"`{_default(field.get_default(call_default_factory=True))}`"
        rows.append((f"`{key}`", shape(schema["properties"][key]), default, *environment, docs.get(key, "")))
    names = [] if prefix is None else ["environment"]
    return table(("key", "value", "default", *names, "what"), rows)


def _variable(key: str) -> str:
    return ENVIRONMENT_PREFIX + key.replace(".", NESTED_DELIMITER).upper()


def _default(value: Any) -> str:
    return "not set" if value is None else json.dumps(to_jsonable_python(value))
