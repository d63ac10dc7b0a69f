"""What a vision-language model is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from afil_core.errors import AfilError
from afil_perception.clips.clip import Rgb
from afil_perception.pipeline.backend import Backend
from afil_perception.vlm.meter import Use

Answer = TypeVar("Answer", bound=BaseModel)


class RunEndedError(AfilError):
    """The run ends, and nobody waits for an answer any more; nothing has failed."""


class Vlm(Backend):
    """Answers questions about images.

    What all of them need wraps them (the cache, :mod:`afil_perception.vlm.open`), or is their
    base (:class:`afil_perception.vlm.chat.ChatVlm`, for those that write text).
    """

    @abstractmethod
    def ask(self, prompt: str, images: Sequence[Rgb], answer: type[Answer]) -> Answer:
        """Ask one question; may be called by several threads at once.

        Args:
            prompt: The question.
            images: uint8 [H, W, 3] each, in the order that the prompt speaks of them.
            answer: What is answered; its JSON schema tells the model.

        Raises:
            AfilError: When there is no answer, or none of that schema.
        """

    def share(self, folder: Path) -> None:
        """Keep in a folder what the processes that perceive a dataset must agree on.

        Args:
            folder: Of the dataset.
        """
        del folder

    def estimate(self, prompt: str, images: Sequence[Rgb]) -> Use | None:
        """About what a question uses at most; None where it costs nothing that is counted."""
        del prompt, images
        return None

    def used(self) -> Use | None:
        """What the dataset's questions have used so far; None as above."""
        return None

    def stop(self) -> None:
        """Let questions that wait give up (:class:`RunEndedError`); the run ends."""
