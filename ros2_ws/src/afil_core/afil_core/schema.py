"""Everything that people write or files keep is read through one kind of model.

A :class:`Schema` is a frozen pydantic model that refuses unknown keys. :func:`load` and
:func:`parse` read one from YAML (JSON is YAML too) and turn whatever is wrong into one sentence
that names the file, the key and what to do.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from afil_core.errors import AfilError

S = TypeVar("S", bound=BaseModel)

_UNKNOWN = "afil_unknown_key"


# Ten times as fast as the loader in Python, and every episode has two files to load.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML in which 1e-4 is a number, as JSON and every reader of it have it."""


# YAML 1.1 wants a dot and a sign in there.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)
_MUST_BE = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "tuple": "a list",
    "list": "a list",
    "dict": "a mapping of keys to values",
    "model": "a mapping of keys to values",
}
# What a pattern asks for, in words.
TOPIC_PATTERN = r"^/?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*$"
TYPE_PATTERN = r"^[a-z][a-z0-9_]*/(msg|action)/[A-Z][A-Za-z0-9]*$"
_PATTERNS = {
    TOPIC_PATTERN: "a ROS topic name",
    TYPE_PATTERN: "a ROS type such as sensor_msgs/msg/Image",
}
_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}


class Chosen:
    """Base of what a field chooses by name.

    Attributes:
        name: Its name.
    """

    name: str


class Schema(BaseModel):
    """A frozen model; unknown keys are refused, and former names answer with the new one.

    Attributes:
        renamed: Former key to present key, e.g. ``{"colour": "color"}``.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, strict=True, defer_build=True
    )

    renamed: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _with_known_keys(cls, data: Any, info: ValidationInfo) -> Any:
        # pydantic's own error does not know which keys there are, so it could not help.
        if not isinstance(data, dict):
            return data
        # JSON has no tuples, and a strict model takes nothing else for one.
        data = _frozen(data) if info.mode == "json" else dict(data)
        for key in data:
            if key in cls.renamed:
                raise PydanticCustomError(
                    _UNKNOWN, f"is called '{cls.renamed[key]}' now; rename it", {"key": key}
                )
            if key not in cls.model_fields:
                raise PydanticCustomError(
                    _UNKNOWN,
                    f"is not a known key; {nearest(str(key), cls.model_fields)}known here: "
                    f"{', '.join(cls.model_fields)}. Remove or correct it",
                    {"key": str(key)},
                )
            data[key] = cls._of_default_choice(key, data[key])
        return data

    @classmethod
    def _of_default_choice(cls, key: str, value: Any) -> Any:
        # Options without a name are those of what is chosen by default.
        if not isinstance(value, dict) or "name" in value:
            return value
        default = cls.model_fields[key].get_default(call_default_factory=True, validated_data={})
        return {"name": default.name, **value} if isinstance(default, Chosen) else value


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean 'x'? `` for the known name that is most like a wrong one, or nothing."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean '{found[0]}'? " if found else ""


def load(
    kind: type[S],
    path: str | Path,
    overrides: Mapping[str, Any] | None = None,
    *,
    what: str = "file",
    remedy: str = "",
) -> S:
    """Read a YAML or JSON file.

    Args:
        kind: The model.
        path: The file.
        overrides: Values by dotted key that replace the file's.
        what: What the file is, for the sentence when it can't be read.
        remedy: What to do when it can't be read.

    Raises:
        AfilError: When it can't be read, or as :func:`parse`.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        end = f"; {remedy}" if remedy else ""
        raise AfilError(f"{what} {path} cannot be read ({reason}){end}") from error
    return parse(kind, text, str(path), overrides)


def parse(kind: type[S], text: str, source: str, overrides: Mapping[str, Any] | None = None) -> S:
    """Read YAML or JSON text; an empty text has the defaults.

    Args:
        kind: The model.
        text: The text.
        source: File name for error sentences.
        overrides: Values by dotted key, e.g. ``{"optimizer.epochs": 3}``.

    Raises:
        AfilError: Naming the file and the key that is wrong, missing or unknown.
    """
    data = parse_yaml(text, source)
    data = {} if data is None else data
    for dotted, value in (overrides or {}).items():
        _put(data, dotted, value, source)
    return read(kind, data, source)


def parse_yaml(text: str, source: str) -> Any:
    """The plain data of a YAML text.

    Raises:
        AfilError: When it is no YAML.
    """
    try:
        return yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        where = " ".join(str(error).split())
        raise AfilError(f"{source} is not valid YAML ({where}); correct it there") from error


def read(kind: type[S], data: Any, source: str) -> S:
    """Read plain data; see :func:`parse`."""
    try:
        return validate(kind, data)
    except ValidationError as error:
        raise AfilError(_sentence(error, source)) from error


def validate(kind: type[S], data: Any) -> S:
    """Read plain data; lists serve as tuples, but no text serves as a number.

    For validators of other models, whose errors then bear the whole path.

    Raises:
        pydantic.ValidationError: When the data don't fit.
    """
    return kind.model_validate(_frozen(data))


def to_plain(model: BaseModel) -> dict[str, Any]:
    """Plain data that :func:`read` takes back."""
    return model.model_dump(mode="json")


def to_yaml(model: BaseModel) -> str:
    """YAML that :func:`parse` reads back."""
    return yaml.safe_dump(to_plain(model), sort_keys=False, allow_unicode=True)


def parse_overrides(words: Sequence[str]) -> dict[str, Any]:
    """Overrides from a command line's ``key=value`` words; values are YAML.

    Raises:
        AfilError: When a word has no ``=`` or its value is no YAML.
    """
    overrides = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign or not key:
            raise AfilError(f"'{word}' sets nothing; write key=value, e.g. optimizer.epochs=3")
        overrides[key] = parse_yaml(value, f"the value of {key}")
    return overrides


def _frozen(data: Any) -> Any:
    # Fields of frozen models are tuples, and strict models take nothing else for one.
    if isinstance(data, dict):
        return {k: _frozen(v) for k, v in data.items()}
    return tuple(_frozen(v) for v in data) if isinstance(data, list | tuple) else data


def _thawed(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: _thawed(v) for k, v in data.items()}
    return [_thawed(v) for v in data] if isinstance(data, list | tuple) else data


def _put(data: Any, dotted: str, value: Any, source: str) -> None:
    *parents, last = dotted.split(".")
    for parent in parents:
        if not isinstance(data, dict):
            break
        inner = data.setdefault(parent, {})
        if isinstance(inner, str):
            # A choice given by its name alone; its options come beside the name.
            inner = data[parent] = {"name": inner}
        data = inner
    if not isinstance(data, dict):
        raise AfilError(f"{source}: {'.'.join(parents)} is no section, so {dotted} can't be set")
    data[last] = value


def _sentence(error: ValidationError, source: str) -> str:
    problems = error.errors(include_url=False)
    said = "; ".join(_problem(p) for p in problems[:3])
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    return f"{source}: {said}{more}"


def _problem(problem: ErrorDetails) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    keys = [*problem["loc"], *([context["key"]] if kind == _UNKNOWN else [])]
    place = ""
    for key in keys:
        place += f"[{key}]" if isinstance(key, int) else f".{key}" if place else str(key)
    return f"{place or 'the file'} {_reason(kind, context, problem)}"


def _reason(kind: str, context: Mapping[str, Any], problem: ErrorDetails) -> str:
    given = _thawed(problem["input"])
    if kind == "missing":
        return "is missing; add it"
    if kind == "literal_error":
        expected = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        return f"is {given!r}, but must be one of {expected}"
    if kind in _BOUNDS:
        word, key = _BOUNDS[kind]
        return f"must be {word} {context[key]:g}, not {given!r}"
    if kind == "finite_number" or (isinstance(given, float) and not math.isfinite(given)):
        return f"must be a finite number, not {given!r}"
    if kind in ("too_short", "too_long"):
        least = context.get("min_length", context.get("max_length"))
        word = "at least" if kind == "too_short" else "at most"
        return f"must have {word} {least} entries, not {context['actual_length']}"
    if kind == "string_pattern_mismatch":
        return f"must be {_PATTERNS.get(context['pattern'], 'of another form')}, not {given!r}"
    if kind == "string_too_short":
        return f"must be a non-empty text, not {given!r}"
    name = kind.split("_", maxsplit=1)[0]
    if name in _MUST_BE and kind.endswith(("_type", "_parsing", "_from_float")):
        return f"must be {_MUST_BE[name]}, not {given!r}"
    return problem["msg"].removeprefix("Value error, ")
