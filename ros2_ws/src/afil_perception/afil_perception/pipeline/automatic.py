"""Backends that stand for another one: the best that this machine can run."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, ClassVar

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from afil_core.errors import AfilError
from afil_core.registry import Registry, Selection
from afil_core.schema import Schema
from afil_perception.pipeline.backend import Backend
from afil_perception.pretrained.load import INSTALL
from afil_perception.pretrained.local import local_weights
from afil_perception.pretrained.weights import Weights


@dataclass(frozen=True)
class Choice:
    """What was chosen in the place of ``auto``.

    Attributes:
        selection: The backend.
        why: Why, and how to get another one.
    """

    selection: Selection[Any]
    why: str


class AutomaticConfig(Schema):
    """Options of a choice; those of the chosen backend are given beside its name.

    Attributes:
        registry: Where the backends are.
        candidates: Their names, the best first; the last one can always be used.
    """

    registry: ClassVar[Registry[Any]]
    candidates: ClassVar[tuple[str, ...]]
    renamed = {"backend": "name"}

    @model_validator(mode="before")
    @classmethod
    def _has_no_option_of_another(cls, data: Any) -> Any:
        for key in set(data) - set(cls.model_fields) if isinstance(data, dict) else ():
            kinds = {name: cls.registry.get(name).Config for name in cls.candidates}
            owners = [name for name, kind in kinds.items() if key in kind.model_fields]
            if owners:
                raise PydanticCustomError(
                    "afil_option_of_another",
                    f"is auto, which has no '{key}': that is an option of {', '.join(owners)}; "
                    f"say which beside it, e.g. name: {owners[-1]}",
                )
        return data


class Automatic(Backend):
    """Base of what a configuration calls ``auto``; made with its options alone."""

    @abstractmethod
    def choose(self, vlm: Selection[Any] | None) -> Choice:
        """The backend that is used.

        Args:
            vlm: The VLM that the configuration names.

        Raises:
            AfilError: When what the options ask for is not there.
        """


class ByWeights(Automatic):
    """The first candidate whose weights are on this machine, else the last, which needs none.

    Args:
        config: Which weights to take, where there are several.
    """

    class Config(AutomaticConfig):
        """Options.

        Attributes:
            model: Folder with weights of the first candidate, or their name on the Hugging Face
                hub; empty for the first of the recommended ones that is here.
        """

        model: str = ""

    def __init__(self, config: Config) -> None:
        self._model = config.model
        self._registry = config.registry
        *self._with_weights, self._without = config.candidates

    def choose(self, vlm: Selection[Any] | None) -> Choice:
        """As :meth:`Automatic.choose`."""
        del vlm
        found = self._named() if self._model else self._found()
        if found is None:
            fetch = self._weights(self._with_weights[0])[0].fetch
            return self._stand_in(
                f"no weights of {', '.join(self._with_weights)} are on this machine (`{fetch}` "
                f"fetches some"
            )
        name, model = found
        if find_spec("transformers") is None:
            return self._stand_in(
                f"the weights {model} are here, but not the package transformers (`{INSTALL}`"
            )
        why = f"{name}, for its weights {model} are on this machine; {self._without} needs none"
        return Choice(self._registry.select(name, model=model), why)

    def _named(self) -> tuple[str, str]:
        first = self._with_weights[0]
        if local_weights(self._model) is None:
            raise AfilError(
                f"the weights {self._model} for {first} are not on this machine, or not whole; "
                f"fetch them (`hf download NAME`), name their folder, or leave model out"
            )
        return first, self._model

    def _found(self) -> tuple[str, str] | None:
        for name in self._with_weights:
            for weights in self._weights(name):
                if local_weights(weights.model) is not None:
                    return name, weights.model
        return None

    def _weights(self, name: str) -> Sequence[Weights]:
        weights: Sequence[Weights] = self._registry.get(name).weights
        return weights

    def _stand_in(self, why: str) -> Choice:
        text = (
            f"{self._without}, a stand-in, for {why}; `ros2 run afil_perception models` has all)"
        )
        return Choice(self._registry.select(self._without), text)


class ByVlm(Automatic):
    """The candidate that asks a VLM where the configuration names one, else the last."""

    class Config(AutomaticConfig):
        """No options."""

        candidates = ("vlm", "instruction")

    def __init__(self, config: Config) -> None:
        self._registry = config.registry
        self._asking, self._without = config.candidates

    def choose(self, vlm: Selection[Any] | None) -> Choice:
        """As :meth:`Automatic.choose`."""
        if vlm is not None:
            why = f"{self._asking}, for the configuration names a vlm ({vlm.name})"
            return Choice(self._registry.select(self._asking), why)
        why = (
            f"{self._without}, a stand-in, for the configuration names no vlm (docs/perception.md)"
        )
        return Choice(self._registry.select(self._without), why)
