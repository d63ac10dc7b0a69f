"""Several methods at once."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from afil_core.registry import Selection
from afil_policy.methods import METHODS
from afil_policy.methods.base import Method
from afil_policy.methods.imitation import Imitation, Parts


class Combined(Imitation):
    """L = L_BC + the terms of all that is listed; what each changes is changed in that order.

    Channels are added to images when all else has been done with them.

    ``method: {name: combined, methods: [autofocus, {name: gmd, floor: 0.5}]}``
    """

    class Config(Method.Config):
        """Options.

        Attributes:
            methods: Methods that add something to behavior cloning, each at most once.
        """

        methods: tuple[Annotated[Selection[Method], METHODS], ...] = Field(min_length=1)

        @model_validator(mode="after")
        def _fit(self) -> Combined.Config:
            names = [selection.name for selection in self.methods]
            if len(set(names)) < len(names):
                raise ValueError(f"must not list a method twice: {', '.join(names)}")
            plain, added = [], []
            for selection in self.methods:
                if not (issubclass(selection.kind, Imitation) and selection.kind.part):
                    raise ValueError(
                        f"can't list {selection.name}: it adds nothing to behavior cloning that "
                        "could be combined"
                    )
                plain += [selection.name] if selection.kind.part.brings_encoder else []
                added += [selection.name] if selection.kind.part.extra_channels else []
            if plain and added:
                raise ValueError(
                    f"can't list {plain[0]} with {added[0]}: {plain[0]} begins the policy with an "
                    f"encoder of the plain images, and {added[0]} adds channels to them"
                )
            return self

    @classmethod
    def parts_of(cls, config: Method.Config) -> Parts:
        """What the listed methods add."""
        assert isinstance(config, Combined.Config)
        return [
            part
            for selection in config.methods
            for part in selection.kind.parts_of(selection.config)  # type: ignore[attr-defined]
        ]
