"""From what a model wrote to an answer of the schema, or to what is wrong with it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Answer = TypeVar("Answer", bound=BaseModel)

_THOUGHTS = re.compile(r"<think>.*?(</think>|$)", re.S)
_FENCED = re.compile(r"```[a-zA-Z]*\s*\n?(.*?)```", re.S)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_OPENING = re.compile(r"[{\[]")
_SHOWN = 3
_MOST_STARTS = 200
_LONGEST_PYTHON = 100_000


class WrongAnswerError(ValueError):
    """A text is no answer; says what is wrong with it, for the model that is asked again."""


def read_answer(text: str, answer: type[Answer]) -> Answer:
    """The answer in a text, whatever stands around it.

    Thoughts, prose and fences around the JSON are passed over, and commas too many and Python's
    way to write it are put right. What is missing is not made up.

    Args:
        text: What the model wrote.
        answer: What was asked for.

    Raises:
        WrongAnswerError: When nothing in it fits the schema.
    """
    # A model whose prompt opens its thoughts only closes them (Qwen3-VL-Thinking).
    said = _THOUGHTS.sub("", text).rpartition("</think>")[2].strip()
    if not said:
        raise WrongAnswerError("the answer is empty")
    complaint = ""
    for data in _data(said):
        try:
            return answer.model_validate_json(json.dumps(_wrapped(data, answer)))
        except (TypeError, ValueError) as error:
            if not isinstance(error, ValidationError):
                continue  # Python that JSON has no words for
            # The first is the outermost: what it lacks says most.
            complaint = complaint or _complaint(error)
    raise WrongAnswerError(complaint or "the answer holds no complete JSON object")


def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of an answer, in the form that servers enforce it.

    Every key is required and no other is allowed; defaults are left out.
    """
    schema = _strict(answer.model_json_schema())
    assert isinstance(schema, dict)
    return schema


def _data(text: str) -> Iterator[Any]:
    for part in (*_FENCED.findall(text), text):
        yield from _objects(part.strip())


def _objects(text: str) -> Iterator[Any]:
    """Every JSON value in a text, the outermost of each place."""
    place = 0
    decoder = json.JSONDecoder()
    fixed = _TRAILING_COMMA.sub(r"\1", text)
    # A text of nothing but brackets would be read from each of them.
    for _ in range(_MOST_STARTS):
        found = _OPENING.search(fixed, place)
        if found is None:
            break
        try:
            value, place = decoder.raw_decode(fixed, found.start())
            yield value
        except (json.JSONDecodeError, RecursionError):
            place = found.start() + 1
    if len(text) > _LONGEST_PYTHON:
        return
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return
    if isinstance(value, dict | list):
        yield value


def _wrapped(data: Any, answer: type[BaseModel]) -> Any:
    """A bare list stands for the one list that the schema has."""
    if not isinstance(data, list):
        return data
    schema = answer.model_json_schema()
    lists = [k for k, v in schema.get("properties", {}).items() if v.get("type") == "array"]
    return {lists[0]: data} if len(lists) == 1 else data


def _complaint(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    said = [
        f"{'.'.join(str(key) for key in p['loc']) or 'the answer'}: {p['msg']}"
        for p in problems[:_SHOWN]
    ]
    more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return "; ".join(said) + more


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    strict = {key: _strict(value) for key, value in node.items() if key != "default"}
    if isinstance(node.get("properties"), dict):
        # A property may itself be called "default".
        strict["properties"] = {k: _strict(v) for k, v in node["properties"].items()}
        strict["required"] = list(node["properties"])
        strict["additionalProperties"] = False
    return strict
