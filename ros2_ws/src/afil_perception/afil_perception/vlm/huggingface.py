"""The VLM on this machine: Qwen-VL, SmolVLM and their like, through transformers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from afil_core.errors import AfilError
from afil_perception.clips.clip import Rgb
from afil_perception.pretrained import (
    INCIDENTAL,
    LoadedModel,
    ModelConfig,
    Weights,
    load_pretrained,
    require_pretrained,
)
from afil_perception.pretrained.local import weights_identity
from afil_perception.vlm.chat import ChatVlm, Said, Turn
from afil_perception.vlm.images import fitted
from afil_perception.vlm.vlm import RunEndedError

_MODEL_CLASS = "AutoModelForImageTextToText"


class HuggingFaceVlm(ChatVlm):
    """Runs a model of transformers, one question at a time. The most probable answer is given.

    Args:
        config: Which model, and where it runs.
    """

    weights: ClassVar[tuple[Weights, ...]] = (
        Weights("Qwen/Qwen2.5-VL-7B-Instruct", None, "Apache-2.0"),
        Weights("Qwen/Qwen3-VL-8B-Instruct", None, "Apache-2.0"),
        Weights("Qwen/Qwen3-VL-2B-Instruct", None, "Apache-2.0"),
        Weights("Qwen/Qwen2.5-VL-3B-Instruct", None, "Qwen Research (not for commercial use)"),
        Weights("HuggingFaceTB/SmolVLM2-2.2B-Instruct", None, "Apache-2.0"),
    )
    incidental = INCIDENTAL

    class Config(ModelConfig):
        """Options.

        Attributes:
            model: As everywhere; the default is small enough for most GPUs.
            max_tokens: Most tokens of an answer.
            longest_side: Images are scaled down to this many pixels.
            answers: How often it is asked until its text fits the schema.
        """

        model: str = Field("Qwen/Qwen3-VL-2B-Instruct", min_length=1)
        max_tokens: int = Field(1024, ge=1)
        longest_side: int = Field(768, ge=28)
        answers: int = Field(3, ge=1)

    def __init__(self, config: Config) -> None:
        super().__init__(config.answers, config.max_tokens)
        self._config = config
        self.content = weights_identity(config.model)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._loaded: LoadedModel | None = None

    def require(self) -> None:
        """The weights must be here."""
        require_pretrained(self._config, _MODEL_CLASS)

    def prepared(self, images: Sequence[Rgb]) -> tuple[Rgb, ...]:
        """Images no larger than the configuration says."""
        return tuple(fitted(image, self._config.longest_side) for image in images)

    def stop(self) -> None:
        """Let the model write no further, and who waits for it give up."""
        self._stop.set()

    def say(self, turns: Sequence[Turn], schema: dict[str, Any], name: str) -> Said:
        """Let the model write; the schema stands in the text.

        Raises:
            AfilError: When the weights are not there, or the conversation is too much for them.
            RunEndedError: When the run ends meanwhile.
        """
        del schema, name
        with self._lock:
            self._go_on()
            self.sending()
            if self._loaded is None:
                self._loaded = load_pretrained(self._config, _MODEL_CLASS, "AutoProcessor")
            return self._written(self._loaded, turns)

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise RunEndedError("the run was ended while the VLM wrote")

    def _written(self, loaded: LoadedModel, turns: Sequence[Turn]) -> Said:
        import torch

        if getattr(loaded.processor, "chat_template", None) is None:
            raise AfilError(
                f"vlm.model {self._config.model} has no chat template, so it can't be asked; "
                f"choose a model that was tuned to instructions"
            )
        inputs = loaded.processor.apply_chat_template(
            [_message(turn) for turn in turns],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        ).to(loaded.device, dtype=loaded.dtype)
        count = int(inputs["input_ids"].shape[1])

        def is_over(ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
            del scores
            return torch.full((len(ids),), self._stop.is_set(), device=ids.device)

        with torch.inference_mode():
            try:
                written = loaded.model.generate(
                    **inputs,
                    max_new_tokens=self._config.max_tokens,
                    do_sample=False,
                    stopping_criteria=[is_over],
                )
            except torch.cuda.OutOfMemoryError as error:
                raise AfilError(
                    f"{self._config.model} needs more memory than {loaded.device} has; lower "
                    f"vlm.longest_side or describer.frames, or choose a smaller vlm.model"
                ) from error
        self._go_on()
        new = written[0, count:]
        text = loaded.processor.batch_decode([new], skip_special_tokens=True)[0]
        return Said(
            text=str(text),
            input_tokens=count,
            output_tokens=len(new),
            cut_off=len(new) >= self._config.max_tokens,
        )


def _message(turn: Turn) -> dict[str, Any]:
    from PIL import Image

    images = [{"type": "image", "image": Image.fromarray(image)} for image in turn.images]
    return {"role": turn.role, "content": [*images, {"type": "text", "text": turn.text}]}
