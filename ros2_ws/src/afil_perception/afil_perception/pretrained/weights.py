"""What a person should know of trained weights before they fetch them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weights:
    """Trained weights that a backend can run on.

    Attributes:
        model: Repository on the Hugging Face hub, which the option ``model`` may name.
        size_mb: About how large they are, MB; None where only their card says it.
        license: Under which they are given.
        gated: Whether the hub asks for an agreement before it gives them.
    """

    model: str
    size_mb: int | None
    license: str
    gated: bool = False

    @property
    def fetch(self) -> str:
        """The command that fetches them."""
        return f"hf download {self.model}"
