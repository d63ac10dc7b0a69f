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
            for selection in self.methods:
                if not (issubclass(selection.kind, Imitation) and selection.kind.part):
                    raise ValueError(
                        f"can't list {selection.name}: it adds nothing to behavior cloning that "
                        "could be combined"
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
