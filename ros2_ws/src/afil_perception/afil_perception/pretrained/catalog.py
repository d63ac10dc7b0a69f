"""Which backends there are, what they need, and what of it is on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from afil_core.errors import AfilError
from afil_core.registry import Registry
from afil_perception.pipeline.automatic import Automatic
from afil_perception.pretrained.local import local_weights
from afil_perception.pretrained.weights import Weights


@dataclass(frozen=True)
class Entry:
    """A backend with weights that it can run on.

    Attributes:
        kind: What it is, e.g. ``detector``.
        name: Its name in the registry.
        weights: The weights; None for one that needs none.
        is_here: Whether they are on this machine.
        note: What it stands in for, or why it can't be used.
    """

    kind: str
    name: str
    weights: Weights | None
    is_here: bool
    note: str = ""


def catalog(registries: list[Registry[Any]]) -> Iterator[Entry]:
    """All backends of some registries, each with all its weights; no ``auto``."""
    for registry in registries:
        for name in registry.names():
            try:
                backend = registry.get(name)
            except AfilError as error:
                yield Entry(registry.one, name, None, False, str(error))
                continue
            if issubclass(backend, Automatic):
                continue
            weights: tuple[Weights, ...] = getattr(backend, "weights", ())
            stands = getattr(backend, "stand_in_for", "")
            if not weights:
                yield Entry(
                    registry.one, name, None, True, f"stands in for {stands}" if stands else ""
                )
            for one in weights:
                yield Entry(registry.one, name, one, is_here(one))


def is_here(weights: Weights) -> bool:
    """Whether the hub's client has fetched weights; nothing is asked over the network."""
    return local_weights(weights.model) is not None
