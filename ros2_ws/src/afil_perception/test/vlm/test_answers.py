import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from afil_perception.vlm.answers import WrongAnswerError, read_answer, schema_of


class Inner(BaseModel):
    phrase: str
    score: float = 0.5


class Answer(BaseModel):
    items: list[Inner] = Field(min_length=1)
    default: str = "none"


GOOD = '{"items": [{"phrase": "pot"}]}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"Sure! {GOOD} Anything else?",
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}\n```\nand ```{{}}```",
        f'<think>{{"items": []}} is wrong</think>{GOOD}',
        f'Maybe {{"items": [{{"phrase": "pan"}}]}}? No.</think>{GOOD}',
        f'{GOOD}<think>or {{"items": [{{"phrase": "pan"}}]}}',
        f"First {{a}} then {GOOD}",
        '[{"phrase": "pot"}]',
        "{'items': [{'phrase': 'pot'}], 'default': 'none'}",
        '{"items": [{"phrase": "pot",},],}',
        '{"items": [{"phrase": "pot", "extra": 1}]}',
        '{"other": 1} {"items": [{"phrase": "pot"}]}',
    ],
)
def test_an_answer_is_found_whatever_stands_around_it(text: str) -> None:
    assert read_answer(text, Answer).items == [Inner(phrase="pot")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("<think>hm", "is empty"),
        ("no json", "no complete JSON object"),
        (GOOD[:-3], "items|phrase|complete"),
        ('{"items": []}', "items: List should have at least 1"),
        ('{"items": [{"phrase": 3}]}', "items.0.phrase"),
        ("{1, 2}", "no complete JSON object"),
        ("{'items': {1, 2}}", "no complete"),
        ("[" * 3000, "no complete"),
    ],
)
def test_what_is_no_answer_is_told_in_words_for_the_model(text: str, complaint: str) -> None:
    with pytest.raises(WrongAnswerError, match=complaint):
        read_answer(text, Answer)


@settings(max_examples=150, deadline=None)
@given(st.text() | st.text(alphabet="{}[]\",:\\ 1ae'`\n"))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        read_answer(text, Answer)
    except WrongAnswerError as error:
        assert str(error)


def test_a_text_of_brackets_alone_takes_no_time() -> None:
    start = time.process_time()
    with pytest.raises(WrongAnswerError):
        read_answer("[{" * 500_000, Answer)
    assert time.process_time() - start < 5


def test_a_schema_is_strict_for_servers_that_enforce_it() -> None:
    schema = schema_of(Answer)
    assert schema["required"] == ["items", "default"] and not schema["additionalProperties"]
    assert schema["$defs"]["Inner"]["required"] == ["phrase", "score"]
    assert "default" not in schema["properties"]["default"]
