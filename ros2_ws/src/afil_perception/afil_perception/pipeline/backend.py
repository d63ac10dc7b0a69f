"""What all backends have in common, whatever stage they are of."""

from __future__ import annotations

from abc import ABC
from typing import Any, ClassVar

from afil_core.registry import Selection
from afil_core.schema import to_plain
from afil_perception.clips.scene import Scene
from afil_perception.pretrained.weights import Weights


class Backend(ABC):  # noqa: B024 (the stages' base classes have the abstract methods)
    """Base of every backend: a class with a nested ``Config``, which is its first argument.

    Models are loaded when they are first asked, for a backend is also made to check a
    configuration, or to find that all is done.

    Attributes:
        stand_in_for: What it stands in for, e.g. ``SAM 2``; empty for the real thing. Reports
            say it.
        content: What its results follow from beside its options, e.g. the text of a prompt's
            file; results are made anew when it changes.
        weights: Trained weights that it can run on, the recommended ones first; empty where it
            needs none.
        incidental: Names of options that results do not follow from, such as a time limit.
        parallel: Whether several threads may use it at once; most models are used by one.
    """

    stand_in_for: ClassVar[str] = ""
    content: str = ""
    weights: ClassVar[tuple[Weights, ...]] = ()
    incidental: ClassVar[frozenset[str]] = frozenset()
    parallel: ClassVar[bool] = False

    def require(self) -> None:
        """Check, without loading anything, that what it runs on is on this machine.

        Raises:
            UnusableModelError: Says what is missing, and the command that fetches it.
        """

    def content_of(self, scene: Scene) -> str:
        """As :attr:`content`, where it is another one for each scene."""
        del scene
        return self.content


def identifying(selection: Selection[Any]) -> dict[str, Any]:
    """Name and options of a chosen backend, as far as its results follow from them."""
    plain = {"name": selection.name, **to_plain(selection.config)}
    incidental: frozenset[str] = getattr(selection.kind, "incidental", frozenset())
    return {key: value for key, value in plain.items() if key not in incidental}
