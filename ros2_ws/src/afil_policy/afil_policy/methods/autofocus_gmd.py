"""AutoFocus-IL and gaze-modulated dropout together."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from afil_core.registry import Selection
from afil_policy.methods import METHODS
from afil_policy.methods.base import Method
from afil_policy.methods.combined import Combined


class AutofocusGmd(Combined):
    """L = L_BC + lambda * L_Reg with the dropout of ``gmd``; L_Reg is of the map before it.

    Source: GABRIL+GMD of GABRIL (arXiv 2507.19647).
    """

    class Config(Combined.Config):
        """Options.

        Attributes:
            methods: The two, with options of their own where wanted.
        """

        methods: tuple[Annotated[Selection[Method], METHODS], ...] = Field(
            default_factory=lambda: (METHODS.select("autofocus"), METHODS.select("gmd")),
            min_length=1,
        )

    needs_saliency: ClassVar[bool] = True
