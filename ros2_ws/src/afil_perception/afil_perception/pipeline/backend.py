"""What all backends have in common, whatever stage they are of."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar

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
    """

    stand_in_for: ClassVar[str] = ""
    content: str = ""
    weights: ClassVar[tuple[Weights, ...]] = ()
