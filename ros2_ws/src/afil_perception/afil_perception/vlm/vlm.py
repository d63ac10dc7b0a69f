"""What a vision-language model is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel

from afil_perception.clips.clip import Rgb
from afil_perception.pipeline.backend import Backend

Answer = TypeVar("Answer", bound=BaseModel)


class Vlm(Backend):
    """Answers questions about images.

    What all of them need (a cache, retries, a budget) wraps them: :mod:`afil_perception.vlm.open`.
    """

    @abstractmethod
    def ask(self, prompt: str, images: Sequence[Rgb], answer: type[Answer]) -> Answer:
        """Ask one question.

        Args:
            prompt: The question.
            images: uint8 [H, W, 3] each, in the order that the prompt speaks of them.
            answer: What is answered; its JSON schema tells the model.

        Raises:
            AfilError: When there is no answer, or none of that schema.
        """
