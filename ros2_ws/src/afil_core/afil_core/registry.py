"""Names that stand for classes: the one line that adds a thing of which there are many.

An entry says where the class lies, ``"module:Class"``; it is imported when it is asked for, so
that a light choice does not pay for a heavy one. Other packages add theirs through the entry
point group ``afil.<registry>`` (setup.py: ``entry_points={"afil.detectors": ["mine = m:C"]}``).

A class in a registry has a nested ``Config`` (a :class:`afil_core.schema.Schema`) and takes an
instance of it as its first argument. In a configuration it is chosen by name, with its options
beside it::

    detector: color                  # the defaults
    detector: {name: color, min_score: 0.5}
    detector: {min_score: 0.5}       # options of what is chosen by default

A field of a model is declared as ``Annotated[Selection[Detector], DETECTORS]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar, cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from afil_core import schema
from afil_core.errors import AfilError
from afil_core.schema import Chosen, Schema

T = TypeVar("T")

_NAME = "name"


@dataclass(frozen=True)
class Selection(Chosen, Generic[T]):
    """A class that a configuration chose, with its options.

    Attributes:
        name: Its name in the registry.
        kind: The class.
        config: Its options, an instance of ``kind.Config``.
    """

    name: str
    kind: type[T]
    config: Any

    def build(self, *arguments: Any, **named: Any) -> T:
        """An instance: the class called with its options first, then the arguments."""
        return cast(Any, self.kind)(self.config, *arguments, **named)  # type: ignore[no-any-return]


class Registry(Generic[T]):
    """Classes by name.

    Args:
        name: Name of the registry, plural; its entry point group is ``afil.<name>``.
        one: What an entry is, for sentences, e.g. ``detector``.
        entries: ``"module:Class"`` by name.
        renamed: Former name to present name.
    """

    def __init__(
        self,
        name: str,
        one: str,
        entries: Mapping[str, str],
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.one = one
        self._entries = dict(entries)
        self._renamed = dict(renamed or {})

    @property
    def group(self) -> str:
        """Entry point group through which other packages add theirs."""
        return f"afil.{self.name}"

    def names(self) -> list[str]:
        """All names, those of other packages included."""
        return sorted({*self._entries, *self._foreign()})

    def get(self, name: str) -> type[T]:
        """The class of a name.

        Raises:
            AfilError: When there is none, with the nearest name, or it can't be imported.
        """
        place = self._entries.get(name)
        try:
            if place is not None:
                module, _, attribute = place.partition(":")
                return cast(type[T], getattr(import_module(module), attribute))
            foreign = self._foreign().get(name)
            if foreign is not None:
                return cast(type[T], foreign.load())
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] == (place or "").split(".")[0]:
                raise AfilError(f"{self.one} '{name}' cannot be imported ({error})") from error
            raise AfilError(
                f"{self.one} '{name}' needs the Python package '{error.name}', which is not "
                f"installed; install it, or choose another {self.one}: {', '.join(self.names())}"
            ) from error
        except (ImportError, AttributeError) as error:
            raise AfilError(f"{self.one} '{name}' cannot be imported ({error})") from error
        raise AfilError(self._unknown(name))

    def select(self, name: str, **options: Any) -> Selection[T]:
        """Choose a class and options in code.

        Raises:
            AfilError: When there is no such class, or it has no such options.
        """
        kind = self.get(name)
        return Selection(name, kind, schema.read(_config(kind), options, f"{self.one} {name}"))

    def _foreign(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=self.group)}

    def _unknown(self, name: str) -> str:
        if name in self._renamed:
            return f"{self.one} '{name}' is called '{self._renamed[name]}' now; rename it"
        known = self.names()
        return (
            f"there is no {self.one} '{name}'; {schema.nearest(name, known)}"
            f"known: {', '.join(known) or 'none'}"
        )

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Lets a model's field be a choice from this registry."""
        del source, handler
        return core_schema.no_info_plain_validator_function(
            self._chosen,
            serialization=core_schema.plain_serializer_function_ser_schema(_plain),
        )

    def _chosen(self, data: Any) -> Selection[T]:
        if isinstance(data, Selection):
            return data
        if isinstance(data, str):
            data = {_NAME: data}
        if not isinstance(data, dict) or not isinstance(data.get(_NAME), str):
            raise PydanticCustomError(
                "afil_choice",
                f"must be the name of one {self.one}, or a mapping with 'name' and its options; "
                f"known: {', '.join(self.names())}",
            )
        options = {k: v for k, v in data.items() if k != _NAME}
        try:
            kind = self.get(data[_NAME])
        except AfilError as error:
            # Braces would be taken for a template.
            raise ValueError(f"can't be used: {error}") from error
        return Selection(data[_NAME], kind, schema.validate(_config(kind), options))


def _config(kind: type) -> type[Schema]:
    config = getattr(kind, "Config", None)
    if not (isinstance(config, type) and issubclass(config, Schema)):
        raise AfilError(
            f"{kind.__module__}.{kind.__qualname__} has no nested Config (an "
            f"afil_core.schema.Schema), so its options can't be read; add one"
        )
    return config


def _plain(selection: Selection[Any]) -> dict[str, Any]:
    return {_NAME: selection.name, **schema.to_plain(selection.config)}
