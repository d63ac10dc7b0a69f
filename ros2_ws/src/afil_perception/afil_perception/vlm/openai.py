"""The VLM behind any server that speaks OpenAI's protocol: vLLM, SGLang, Ollama, hosted ones."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_perception.clips.clip import Rgb
from afil_perception.pretrained import UnusableModelError
from afil_perception.vlm.chat import ChatVlm, Said, Turn
from afil_perception.vlm.http import RefusedError, Server
from afil_perception.vlm.images import ImageFormat, data_url, fitted
from afil_perception.vlm.meter import Budget, Prices
from afil_perception.vlm.pace import PACE_FILE, Pace

_log = logging.getLogger(__name__)

ResponseFormat = Literal["json_schema", "json_object", "none"]
# What a server that knows less is asked for next.
_FORMATS: tuple[ResponseFormat, ...] = ("json_schema", "json_object", "none")
_FORMAT_WORDS = ("response_format", "json_schema", "schema", "structured", "grammar", "guided")
_MOST_BYTES = 8 << 20


class OpenAiVlm(ChatVlm):
    """Asks a server. The key comes from the environment, and is neither logged nor stored.

    The schema is enforced by the server where it can (``response_format``); a server that refuses
    that is asked for any JSON, and one that refuses that, too, for text. The schema also stands
    in the prompt.

    Args:
        config: Which server, which model, and how it is asked.
    """

    # What only says who is asked and how fast; the answers do not follow from it.
    incidental: ClassVar[frozenset[str]] = frozenset(
        {
            "base_url",
            "key_variable",
            "timeout_s",
            "tries",
            "most_wait_s",
            "concurrent",
            "requests_per_minute",
            "prices",
            "budget",
        }
    )

    class Config(Schema):
        """Options.

        Attributes:
            base_url: Address of the server, which ends with ``/v1`` for most.
            model: Name of the model at the server.
            key_variable: Environment variable with the key; unset for servers that want none.
            temperature: 0 for the most probable answer.
            seed: For servers that know one; null to send none.
            max_tokens: Most tokens of an answer.
            longest_side: Images are scaled down to this many pixels.
            image_format: In which they are sent.
            image_quality: Of jpeg and webp.
            detail: OpenAI's ``detail`` of an image.
            response_format: The most that the server is asked to enforce.
            answers: How often it is asked until its text fits the schema.
            extra: Further keys of the request, e.g.
                ``{chat_template_kwargs: {enable_thinking: false}}``.
            timeout_s: Longest time of one request.
            tries: How often a request is sent when the server is busy or gone.
            most_wait_s: Longest time that the server may ask to wait (Retry-After).
            concurrent: Most requests at once.
            requests_per_minute: Most requests, of all processes together; null for no limit.
            prices: Of a million tokens.
            budget: What the dataset may cost.
        """

        base_url: str = "http://127.0.0.1:8000/v1"
        model: str = Field(min_length=1)
        key_variable: str = "OPENAI_API_KEY"
        temperature: float = Field(0.0, ge=0.0)
        seed: int | None = 0
        max_tokens: int = Field(1024, ge=16)
        longest_side: int = Field(768, ge=28)
        image_format: ImageFormat = "jpeg"
        image_quality: int = Field(90, ge=1, le=100)
        detail: Literal["auto", "low", "high"] = "auto"
        response_format: ResponseFormat = "json_schema"
        answers: int = Field(3, ge=1)
        extra: dict[str, Any] = Field(default_factory=dict)
        timeout_s: float = Field(120.0, gt=0)
        tries: int = Field(6, ge=1)
        most_wait_s: float = Field(120.0, ge=0.0)
        concurrent: int = Field(8, ge=1)
        requests_per_minute: float | None = Field(None, gt=0)
        prices: Prices = Field(default_factory=Prices)
        budget: Budget = Field(default_factory=Budget)

        @field_validator("key_variable")
        @classmethod
        def _is_a_name(cls, value: str) -> str:
            # Whoever writes the key itself here must not find it again in a sentence.
            if not value.isidentifier() or not value.isupper():
                raise ValueError(
                    "must be the NAME of an environment variable in capitals, such as "
                    "OPENAI_API_KEY; the key itself never stands in a file"
                )
            return value

        @field_validator("base_url")
        @classmethod
        def _is_an_address(cls, value: str) -> str:
            if not value.startswith(("http://", "https://")) or "@" in value:
                raise ValueError(
                    "must be an address such as http://127.0.0.1:8000/v1, without user or "
                    "password in it"
                )
            return value

        @model_validator(mode="after")
        def _money_has_prices(self) -> OpenAiVlm.Config:
            prices = self.prices
            if self.budget.cost is not None and not (prices.input or prices.output):
                raise ValueError(
                    "has a budget.cost, which holds nothing back without prices of tokens; add "
                    "prices: {input: ..., output: ...} (of a million), or take budget.tokens"
                )
            return self

    def __init__(self, config: Config) -> None:
        super().__init__(config.answers, config.max_tokens, config.budget, config.prices)
        self._config = config
        self._format = _FORMATS.index(config.response_format)
        self._slots = threading.BoundedSemaphore(config.concurrent)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._server: Server | None = None
        self.pace = Pace(config.requests_per_minute)

    def share(self, folder: Path) -> None:
        """Count, and keep the pace, together with all who perceive the dataset."""
        super().share(folder)
        if self._config.requests_per_minute is not None:
            self.pace = Pace(self._config.requests_per_minute, folder / PACE_FILE)

    def prepared(self, images: Sequence[Rgb]) -> tuple[Rgb, ...]:
        """Images no larger than the configuration says."""
        return tuple(fitted(image, self._config.longest_side) for image in images)

    def stop(self) -> None:
        """Let requests that wait give up."""
        self._stop.set()

    def say(self, turns: Sequence[Turn], schema: dict[str, Any], name: str) -> Said:
        """Send the conversation to the server."""
        config = self._config
        body: dict[str, Any] = {
            "model": config.model,
            "messages": [self._message(turn) for turn in turns],
            "temperature": config.temperature,
            "max_tokens": config.max_tokens,
            **({} if config.seed is None else {"seed": config.seed}),
            **config.extra,
        }
        while True:
            tried = self._format
            wanted = _response_format(_FORMATS[tried], schema, name)
            try:
                with self._slots:
                    answer = self._connected().post(
                        "/chat/completions", body | wanted, self.sending
                    )
            except RefusedError as error:
                if not self._can_ask_for_less(error, tried):
                    raise
                continue
            return _said(answer)

    def _can_ask_for_less(self, error: RefusedError, tried: int) -> bool:
        """Go on to the next response format, if the one that was tried is what is refused."""
        text = error.text.lower()
        about_it = error.status in (400, 404, 415, 422, 501) and any(
            word in text for word in _FORMAT_WORDS
        )
        if not about_it or tried + 1 >= len(_FORMATS):
            return False
        with self._lock:
            if self._format == tried:
                self._format = tried + 1
                _log.warning(
                    "VLM server %s does not know response_format %s; it is asked for %s from now "
                    "on, and answers are checked here",
                    self._config.base_url,
                    _FORMATS[tried],
                    _FORMATS[tried + 1],
                )
        return True

    def _connected(self) -> Server:
        with self._lock:
            if self._server is None:
                config = self._config
                self._server = Server(
                    config.base_url,
                    _key(config.key_variable),
                    timeout_s=config.timeout_s,
                    tries=config.tries,
                    most_wait_s=config.most_wait_s,
                    most_bytes=_MOST_BYTES,
                    pace=self.pace,
                    stop=self._stop,
                )
            return self._server

    def _message(self, turn: Turn) -> dict[str, Any]:
        if not turn.images:
            return {"role": turn.role, "content": turn.text}
        config = self._config
        content: list[dict[str, Any]] = [
            {
                "type": "image_url",
                "image_url": {
                    "url": data_url(image, config.image_format, config.image_quality),
                    "detail": config.detail,
                },
            }
            for image in turn.images
        ]
        return {"role": turn.role, "content": [*content, {"type": "text", "text": turn.text}]}


def _key(variable: str) -> str:
    """The key of an environment variable, without the line break that a file ends with.

    Raises:
        UnusableModelError: When no header can hold it; HTTP would refuse it by saying the key.
    """
    key = os.environ.get(variable, "").strip()
    if re.fullmatch(r"[!-~]*", key) is None:
        raise UnusableModelError(
            f"the environment variable {variable} holds what no key has (a blank, a line break or "
            f"a character beyond ASCII); set it to the key alone"
        )
    return key


def _response_format(wanted: ResponseFormat, schema: dict[str, Any], name: str) -> dict[str, Any]:
    if wanted == "json_schema":
        shape = {"name": name, "strict": True, "schema": schema}
        return {"response_format": {"type": wanted, "json_schema": shape}}
    return {} if wanted == "none" else {"response_format": {"type": wanted}}


def _said(answer: dict[str, Any]) -> Said:
    """What a completion says.

    Raises:
        AfilError: When it is none, or the model refused.
    """
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        content = message.get("content")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise AfilError(
            "the VLM server answers something that is no chat completion; is vlm.base_url right?"
        ) from error
    if message.get("refusal"):
        raise AfilError(f"the VLM refuses to answer: {str(message['refusal'])[:200]}")
    if isinstance(content, list):
        parts = [part.get("text", "") for part in content if isinstance(part, dict)]
        content = "".join(str(part) for part in parts)
    usage = answer.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return Said(
        text=str(content or ""),
        input_tokens=_count(counts.get("prompt_tokens")),
        output_tokens=_count(counts.get("completion_tokens")),
        cut_off=choice.get("finish_reason") == "length",
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
