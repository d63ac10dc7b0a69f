"""Reading YAML strictly: unknown keys, missing keys and wrong types are sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import yaml

from afil_core.errors import AfilError


def parse_mapping(text: str, source: str) -> Section:
    """Parse YAML text whose top level is a mapping.

    Args:
        text: The YAML text.
        source: File name for error sentences.

    Raises:
        AfilError: When the text is no YAML or no mapping.
    """
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        where = " ".join(str(error).split())
        raise AfilError(f"{source} is not valid YAML ({where}); correct it there") from error
    return Section(data, source, "")


class Section:
    """A mapping in a YAML file that knows its place, and which of its keys have been read.

    Args:
        data: The parsed value, which must be a mapping with string keys.
        source: File name for error sentences.
        path: Dotted path of this mapping in the file; empty at the top.

    Raises:
        AfilError: When ``data`` is not a mapping with string keys.
    """

    def __init__(self, data: Any, source: str, path: str) -> None:
        self.source = source
        self.path = path
        if not isinstance(data, dict) or not all(isinstance(k, str) for k in data):
            raise self.error("must be a mapping of keys to values")
        self._data: dict[str, Any] = data
        self._read: set[str] = set()

    def error(self, what: str, key: str = "") -> AfilError:
        """An error that names the file and the key."""
        place = ".".join(p for p in (self.path, key) if p)
        return AfilError(f"{self.source}: {place + ' ' if place else 'the file '}{what}")

    def keys(self) -> list[str]:
        """All keys, in the file's order."""
        return list(self._data)

    def has(self, key: str) -> bool:
        """Whether the key stands in the file with a value."""
        return self._data.get(key) is not None

    def take(self, key: str) -> Any:
        """The raw value of a key that must be there."""
        self._read.add(key)
        if self._data.get(key) is None:
            raise self.error("is missing; add it", key)
        return self._data[key]

    def text(self, key: str, choices: Sequence[str] = ()) -> str:
        """A non-empty string, one of ``choices`` if any are given."""
        value = self.take(key)
        if not isinstance(value, str) or not value:
            raise self.error(f"must be a non-empty text, not {value!r}", key)
        if choices and value not in choices:
            raise self.error(f"is '{value}', but must be one of {', '.join(choices)}", key)
        return value

    def number(self, key: str, *, above: float = -math.inf) -> float:
        """A finite number greater than ``above``."""
        return self._number(self.take(key), key, above)

    def integer(self, key: str, *, least: int = 0) -> int:
        """A whole number of at least ``least``."""
        value = self.take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.error(f"must be a whole number of at least {least}, not {value!r}", key)
        return value

    def flag(self, key: str) -> bool:
        """A boolean."""
        value = self.take(key)
        if not isinstance(value, bool):
            raise self.error(f"must be true or false, not {value!r}", key)
        return value

    def items(self, key: str) -> list[Any]:
        """A non-empty list."""
        value = self.take(key)
        if not isinstance(value, list) or not value:
            raise self.error(f"must be a list with at least one entry, not {value!r}", key)
        return value

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """A list of ``count`` finite numbers."""
        values = self.items(key)
        if len(values) != count:
            raise self.error(f"must have {count} numbers, not {len(values)}", key)
        return tuple(self._number(v, key, -math.inf) for v in values)

    def section(self, key: str) -> Section:
        """A nested mapping."""
        path = f"{self.path}.{key}" if self.path else key
        return Section(self.take(key), self.source, path)

    def allow(self, key: str) -> None:
        """Accept a key that may stand in the file without a value."""
        self._read.add(key)

    def finish(self) -> None:
        """Refuse keys that nobody read.

        Raises:
            AfilError: Naming the unknown key and the known ones.
        """
        for key in self._data:
            if key not in self._read:
                known = ", ".join(sorted(self._read))
                raise self.error(f"is not a known key; known here: {known}. Remove it", key)

    def _number(self, value: Any, key: str, above: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(f"must be a number, not {value!r}", key)
        if not math.isfinite(value) or value <= above:
            bound = f" above {above:g}" if above > -math.inf else ""
            raise self.error(f"must be a finite number{bound}, not {value!r}", key)
        return float(value)
