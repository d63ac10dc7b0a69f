"""VLM ``parrot``: answers that were given to it beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_perception.vlm import Vlm
from afil_perception.vlm.vlm import Answer


class Parrot(Vlm):
    """Says the first of its sentences that fits the question's schema.

    A real one sends prompt, images and ``answer.model_json_schema()`` to a model, and reads what
    comes back with ``answer.model_validate_json``. Load models when they are first asked.

    Args:
        config: What it says.
    """

    stand_in_for = "a vision-language model"

    class Config(Schema):
        """Options.

        Attributes:
            sentences: JSON texts.
        """

        sentences: tuple[str, ...] = Field(min_length=1)

    def __init__(self, config: Config) -> None:
        self._sentences = config.sentences

    def ask(
        self, prompt: str, images: Sequence[NDArray[np.uint8]], answer: type[Answer]
    ) -> Answer:
        """Answer one question.

        Raises:
            AfilError: When no sentence fits.
        """
        for sentence in self._sentences:
            try:
                return answer.model_validate_json(sentence)
            except ValidationError:
                continue
        raise AfilError(f"vlm.sentences has no {answer.__name__}; add one")
