"""A VLM that is asked the same thing once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from afil_core import storage
from afil_perception.clips.clip import Rgb
from afil_perception.pipeline.locks import alone
from afil_perception.vlm.meter import Use
from afil_perception.vlm.vlm import Answer, Vlm


class CachedVlm(Vlm):
    """Keeps answers on disk, each under the hash of all that it follows from.

    An answer is written before it is given, and appears whole: a run that is killed asks nothing
    twice. Threads and processes that ask the same at the same time wait for one answer. Delete
    the folder, or an answer in it, to ask again.

    Args:
        vlm: Whom to ask.
        identity: Name and options of the model.
        folder: Where the answers are.
    """

    def __init__(self, vlm: Vlm, identity: str, folder: Path) -> None:
        self._vlm = vlm
        self._identity = identity
        self._folder = folder
        self.content = vlm.content

    def require(self) -> None:
        """As the VLM's."""
        self._vlm.require()

    def estimate(self, prompt: str, images: Sequence[Rgb]) -> Use | None:
        """As the VLM's."""
        return self._vlm.estimate(prompt, images)

    def used(self) -> Use | None:
        """As the VLM's."""
        return self._vlm.used()

    def stop(self) -> None:
        """As the VLM's."""
        self._vlm.stop()

    def ask(self, prompt: str, images: Sequence[Rgb], answer: type[Answer]) -> Answer:
        """The answer of before, or else one of the model's."""
        key = self._key(prompt, images, answer)
        known = self._known(key, answer)
        if known is not None:
            return known
        with alone(self._folder, key):
            known = self._known(key, answer)
            if known is not None:
                return known
            given = self._vlm.ask(prompt, images, answer)
            storage.write_text(self._place(key), given.model_dump_json(indent=1))
            return given

    def _known(self, key: str, answer: type[Answer]) -> Answer | None:
        try:
            return answer.model_validate_json(self._place(key).read_bytes())
        except (OSError, ValidationError):
            # Not asked yet, or damaged.
            return None

    def _place(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _key(self, prompt: str, images: Sequence[Rgb], answer: type[Answer]) -> str:
        schema = answer.model_json_schema()
        text = json.dumps([self._identity, self.content, prompt, schema], sort_keys=True)
        hashed = hashlib.blake2b(text.encode(), digest_size=16)
        for image in images:
            hashed.update(repr(image.shape).encode())
            hashed.update(np.ascontiguousarray(image).data)
        return hashed.hexdigest()
