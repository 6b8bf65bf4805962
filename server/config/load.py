"""Reads the configuration: flags win over the environment, that over the file, and that over the defaults."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource, SettingsError

from server.config import problems
from server.config.problems import ConfigError, Problem
from server.config.settings import ENVIRONMENT_PREFIX, NESTED_DELIMITER, Config
from server.config.tables import TABLE_SETTINGS
from server.native.use import SWITCH as COMPILED_SWITCH

FILE_NAME: Final = "croupier.toml"
"""The file that is read from the working folder when none is named."""


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    values: Mapping[str, Any]


def load(
    *, file: Path | None = None, environ: Mapping[str, str], flags: Mapping[str, tuple[str, str]] = MappingProxyType({})
) -> Config:
    """Return the effective configuration.

    `file` is TOML and must exist. Of `environ` the variables with the prefix `CROUPIER_` count; an empty one is as good
    as none. `flags` maps an option's name to the key and the text that were typed, the strongest first. A key in a
    section is written `limits.ping_seconds`, in the environment `CROUPIER_LIMITS__PING_SECONDS`. A list replaces a
    weaker source's list as a whole, sections are merged key by key. The variable that switches compiled modules off is
    no key.
    Raises ConfigError with every unknown key and every unusable value of all sources.
    """
    found: list[Problem] = []
    sources = [
        *_typed({f"flag {option}": typed for option, typed in flags.items()}, found),
        *_typed(_variables(environ), found),
        *(_file(file, found) if file is not None else ()),
    ]
    merged: dict[str, Any] = {}
    for source in reversed(sources):
        merged = _merge(merged, source.values)
    try:
        config = Config.model_validate(merged)
    except ValidationError as error:
        found += [_problem(detail, sources) for detail in error.errors(include_url=False, include_input=False)]
        raise ConfigError(found) from None
    if found:
        raise ConfigError(found)
    return config


def _variables(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    typed = {
        f"environment {name}": (name.removeprefix(ENVIRONMENT_PREFIX).lower().replace(NESTED_DELIMITER, "."), text)
        for name, text in environ.items()
        if name.startswith(ENVIRONMENT_PREFIX) and text and name != COMPILED_SWITCH
    }
    # One key of a section is meant more particularly than the whole section.
    return dict(sorted(typed.items(), key=lambda item: -item[1][0].count(".")))


class _TypedSource(EnvSettingsSource):
    """One value that was typed as text, understood as pydantic-settings understands the environment."""

    def __init__(self, key: str, text: str) -> None:
        self._variable = {f"{ENVIRONMENT_PREFIX}{key.replace('.', NESTED_DELIMITER)}".lower(): text}
        super().__init__(Config)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._variable


def _typed(named: Mapping[str, tuple[str, str]], found: list[Problem]) -> list[_Source]:
    sources = []
    for name, (key, text) in named.items():
        try:
            values = _TypedSource(key, text)()
        except SettingsError:
            found.append(Problem(tuple(key.split(".")), name, "is a list or a section, which is written in JSON here"))
            continue
        if values:
            sources.append(_Source(name, values))
        else:
            found.append(Problem(tuple(key.split(".")), name, _unknown(key, Config)))
    return sources


def _file(path: Path, found: list[Problem]) -> list[_Source]:
    try:
        return [_Source(str(path), tomllib.loads(path.read_text(encoding="utf-8")))]
    except OSError as error:
        found.append(Problem((), str(path), f"cannot be read: {error.strerror}"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found.append(Problem((), str(path), f"is not TOML: {error}"))
    return []


def _merge(weaker: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(weaker)
    for key, value in stronger.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _problem(detail: ErrorDetails, sources: list[_Source]) -> Problem:
    path: problems.Path = (*problems.untagged(detail["loc"]), *detail.get("ctx", {}).get("key", ()))
    unknown = detail["type"] == "extra_forbidden"
    reason = _unknown(str(path[-1]), _section((*detail["loc"][:-1],))) if unknown else detail["msg"]
    return Problem(path, _origin(path, sources), reason)


def _origin(path: problems.Path, sources: list[_Source]) -> str:
    """Return the strongest source that has the value, or else (a missing key) the most of the way to it."""
    depths = [_depth(path, source.values) for source in sources]
    deepest = max(depths, default=0)
    return sources[depths.index(deepest)].name if deepest else "default"


def _depth(path: problems.Path, values: Any) -> int:
    for depth, part in enumerate(path):
        try:
            values = values[part]
        except (LookupError, TypeError):
            return depth
    return len(path)


def _section(path: problems.Path) -> type[BaseModel]:
    """Return the model of the section at a path that exists."""
    annotation: Any = Config
    for part in path:
        if isinstance(part, str) and part in TABLE_SETTINGS:
            annotation = TABLE_SETTINGS[part]
        else:
            annotation = get_args(annotation)[0] if isinstance(part, int) else annotation.model_fields[part].annotation
    section: type[BaseModel] = annotation
    return section


def _unknown(key: str, section: type[BaseModel]) -> str:
    allowed = sorted(section.model_fields)
    close = get_close_matches(key, allowed, n=1)
    return f"unknown key; did you mean {close[0]}?" if close else f"unknown key; known here: {', '.join(allowed)}"
