"""What becomes of each thing that a server can do wrong; the server is a real one."""

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import numpy as np
import pytest
from pydantic import BaseModel, Field

from afil_core.errors import AfilError
from afil_core.schema import parse
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pretrained import UnusableModelError

IMAGE = np.full((60, 80, 3), 200, np.uint8)


class Fruit(BaseModel):
    names: list[str] = Field(min_length=1)


GOOD = '{"names": ["carrot"]}'


def ask(vlm, images=(IMAGE,)) -> list[str]:
    return vlm.ask("Which fruit?", list(images), Fruit).names


def test_a_question_has_the_model_the_images_and_the_schema(server, steps, vlm_of) -> None:
    server.script = [steps.says(GOOD)]
    vlm = vlm_of(longest_side=40, extra={"top_p": 0.5}, image_format="png")
    assert ask(vlm) == ["carrot"]
    (body,) = server.bodies
    assert (body["path"], body["model"], body["temperature"]) == (
        "/v1/chat/completions",
        "tiny",
        0,
    )
    assert body["seed"] == 0 and body["top_p"] == 0.5
    shape = body["response_format"]["json_schema"]
    assert shape["name"] == "Fruit" and shape["schema"]["required"] == ["names"]
    image, text = body["messages"][0]["content"]
    assert image["image_url"]["url"].startswith("data:image/png;base64,")
    assert text["text"].startswith("Which fruit?") and '"names"' in text["text"]
    assert "Authorization" not in server.headers[0]
    use = vlm.meter.total()
    assert (use.requests, use.input_tokens, use.output_tokens) == (1, 100, 10)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_of_this_machine_is_asked_past_the_proxy(
    server, steps, vlm_of, monkeypatch, host
) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
    server.script = [steps.says(GOOD)]
    assert ask(vlm_of(base_url=server.url.replace("127.0.0.1", host), tries=1)) == ["carrot"]
    with pytest.raises(AfilError, match="broke the connection"):
        ask(vlm_of(base_url="http://vlm.example/v1", tries=1))
    assert len(server.bodies) == 1


def repeated(name: str) -> dict[str, object]:
    """Scripts that end well, with the requests that they take."""
    return {
        "429 without Retry-After": (["status 429"], 2),
        "429 with Retry-After": (["retry 429"], 2),
        "500, 502, 503": (["status 500", "status 502", "status 503"], 4),
        "520 and 524 of a proxy": (["status 520", "status 524"], 3),
        "errors of a gateway that said 200": (["told 429", "told nothing"], 3),
        "a reset": (["resets"], 2),
        "an answer cut off on the wire": (["cuts"], 2),
        "a body that is no JSON": (["html"], 2),
        "truncated JSON in the text": (["truncated"], 2),
        "the wrong schema": (["wrong"], 2),
        "an empty list": (["empty list"], 2),
        "an empty text": (["empty"], 2),
        "prose around JSON": (["prose"], 1),
        "fenced JSON": (["fenced"], 1),
        "a bare list": (["bare"], 1),
        "Python instead of JSON": (["python"], 1),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "429 without Retry-After",
        "429 with Retry-After",
        "500, 502, 503",
        "520 and 524 of a proxy",
        "errors of a gateway that said 200",
        "a reset",
        "an answer cut off on the wire",
        "a body that is no JSON",
        "truncated JSON in the text",
        "the wrong schema",
        "an empty list",
        "an empty text",
        "prose around JSON",
        "fenced JSON",
        "a bare list",
        "Python instead of JSON",
    ],
)
def test_what_can_be_mended_ends_with_the_answer(server, steps, vlm_of, name: str) -> None:
    does = {
        "status 429": steps.status(429),
        "retry 429": steps.status(429, Retry_After="0.3"),
        "status 500": steps.status(500),
        "status 502": steps.status(502),
        "status 503": steps.status(503),
        "status 520": steps.status(520),
        "status 524": steps.status(524),
        "told 429": steps.bytes(b'{"error": {"code": 429, "message": "busy"}}'),
        "told nothing": steps.bytes(b'{"choices": null, "error": "the model is gone"}'),
        "resets": steps.resets,
        "cuts": steps.cuts(steps.completion(GOOD)[:40]),
        "html": steps.bytes(b"<html>"),
        "truncated": steps.says('{"names": ["carrot", "po', "length"),
        "wrong": steps.says('{"fruit": ["carrot"]}'),
        "empty list": steps.says('{"names": []}'),
        "empty": steps.says(""),
        "prose": steps.says(f"Here you are: {GOOD} I hope that helps {{really}}."),
        "fenced": steps.says(f"<think>{{hm}}</think>```json\n{GOOD}\n```"),
        "bare": steps.says('["carrot",]'),
        "python": steps.says("{'names': ('carrot',)}"),
    }
    script, requests = repeated(name)
    server.script = [*(does[step] for step in script), steps.says(GOOD)]
    start = time.monotonic()
    assert ask(vlm_of()) == ["carrot"]
    assert len(server.bodies) == requests
    if name == "429 with Retry-After":
        assert time.monotonic() - start >= 0.3


def test_a_wrong_answer_is_shown_to_the_model_with_what_is_wrong(server, steps, vlm_of) -> None:
    server.script = [steps.says('{"names": []}'), steps.says(GOOD)]
    ask(vlm_of())
    first, said, complaint = server.bodies[1]["messages"]
    assert first == server.bodies[0]["messages"][0]
    assert said == {"role": "assistant", "content": '{"names": []}'}
    assert "names" in complaint["content"] and "at least 1" in complaint["content"]


def test_the_time_of_a_retry_after_date_is_kept(server, steps, vlm_of) -> None:
    due_s = int(time.time() + 1.5)
    at = formatdate(due_s, usegmt=True)
    server.script = [steps.status(429, Retry_After=at), steps.says(GOOD)]
    ask(vlm_of())
    assert server.times[1] - time.monotonic() + time.time() > due_s - 0.05


@pytest.mark.parametrize(
    ("step", "options", "sentence", "requests"),
    [
        ("status 429", {"tries": 3}, "no answer in 3 tries: it answered 429", 3),
        ("retry 900", {}, "asks to wait 900 s, more than vlm.most_wait_s", 1),
        ("resets", {"tries": 2}, "in 2 tries: it broke the connection", 2),
        ("sleeps", {"tries": 2, "timeout_s": 0.2}, "did not answer within 0.2 s", 2),
        ("drips", {"tries": 2, "timeout_s": 0.2}, "did not finish its answer within 0.2 s", 2),
        ("401", {}, "401: bad key [*]{3}.*environment variable that vlm.key_variable names", 1),
        ("404", {}, "correct vlm.base_url", 1),
        ("400", {}, "400: too many images.*correct the options of vlm", 1),
        ("501", {}, "501: no such thing.*correct the options of vlm", 1),
        ("told 400", {}, "400: no endpoint takes images.*correct the options of vlm", 1),
        ("told nothing", {"tries": 2}, "in 2 tries: it answered 502 .the model is gone", 2),
        ("20 MB", {}, "more than 8 MiB; is vlm.base_url", 1),
        ("other", {}, "no chat completion", 1),
        ("wrong", {"answers": 2}, "no Fruit in 2 answers: names: Field required; it wrote", 2),
        ("empty list", {}, "no Fruit in 3 answers", 3),
        ("truncated", {"answers": 1}, "cut off at vlm.max_tokens = 1024", 1),
        ("refusal", {}, "the VLM refuses to answer: no fruit", 1),
    ],
)
def test_what_can_not_be_mended_is_one_sentence(
    server, steps, vlm_of, monkeypatch, step, options, sentence, requests
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    server.script = [
        {
            "status 429": steps.status(429),
            "retry 900": steps.status(429, Retry_After="900"),
            "resets": steps.resets,
            "sleeps": steps.sleeps(0.6),
            "drips": steps.drips(0.6),
            "401": steps.status(401, "bad key sk-secret"),
            "404": steps.status(404, "no such page"),
            "400": steps.status(400, "too many images"),
            "501": steps.status(501, "no such thing"),
            "told 400": steps.bytes(
                b'{"error": {"code": 400, "message": "no endpoint takes images"}}'
            ),
            "told nothing": steps.bytes(b'{"error": {"message": "the model is gone"}}'),
            "20 MB": steps.bytes(b'"' + b"x" * (20 << 20)),
            "other": steps.bytes(b'{"choices": []}'),
            "wrong": steps.says('{"fruit": 1}'),
            "empty list": steps.says('{"names": []}'),
            "truncated": steps.says('{"names": ["car', "length"),
            "refusal": steps.bytes(b'{"choices": [{"message": {"refusal": "no fruit"}}]}'),
        }[step]
    ]
    with pytest.raises(AfilError, match=sentence) as error:
        ask(vlm_of(**options))
    assert "secret" not in str(error.value) and len(server.bodies) == requests


def test_nobody_there_is_one_sentence(vlm_of) -> None:
    with pytest.raises(AfilError, match="in 2 tries: it broke the connection"):
        ask(vlm_of(base_url="http://127.0.0.1:9/v1", tries=2))


@pytest.mark.parametrize(
    ("unknown", "ends_with", "first", "then"),
    [
        (["json_schema"], "json_object", 2, 1),
        (["json_schema", "json_object"], None, 3, 1),
    ],
)
def test_a_server_without_json_schema_is_asked_for_less_from_then_on(
    server, steps, vlm_of, unknown, ends_with, first, then
) -> None:
    server.script = [steps.knows_no(*unknown, text=GOOD)]
    vlm = vlm_of()
    assert ask(vlm) == ["carrot"] and len(server.bodies) == first
    assert ask(vlm) == ["carrot"] and len(server.bodies) == first + then
    assert server.bodies[-1].get("response_format", {}).get("type") == ends_with


def test_the_key_is_sent_and_never_said(server, steps, vlm_of, monkeypatch, caplog) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret")
    server.script = [steps.status(500, "key sk-secret is busy"), steps.says(GOOD)]
    with caplog.at_level(logging.DEBUG):
        vlm = vlm_of(key_variable="MY_KEY")
        ask(vlm)
    assert server.headers[0]["Authorization"] == "Bearer sk-secret"
    assert "is busy" in caplog.text and "secret" not in caplog.text


@pytest.mark.parametrize("held", ["sk-secret\n", " sk-secret\r\n"])
def test_what_a_file_has_put_around_a_key_is_not_sent(
    server, steps, vlm_of, monkeypatch, held
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", held)
    server.script = [steps.says(GOOD)]
    assert ask(vlm_of(tries=1)) == ["carrot"]
    assert server.headers[0]["Authorization"] == "Bearer sk-secret"


@pytest.mark.parametrize("held", ["sk-secret\nsk-secret", "sk-secret”", "sk-secret sk-secret"])
def test_a_key_that_no_header_can_hold_ends_the_run_and_is_not_said(
    vlm_of, monkeypatch, caplog, held
) -> None:
    monkeypatch.setenv("MY_KEY", held)
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(UnusableModelError, match="MY_KEY") as error,
    ):
        ask(vlm_of(key_variable="MY_KEY", tries=1))
    assert "secret" not in f"{error.value} {caplog.text}"


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("key_variable", "sk-secret", "NAME of an environment variable"),
        ("base_url", "http://me:secret@host/v1", "without user or password"),
        ("base_url", "host:8000", "must be an address"),
    ],
)
def test_a_configuration_with_a_secret_is_refused_without_saying_it(key, value, sentence) -> None:
    text = json.dumps({"vlm": {"name": "openai", "model": "m", key: value}})
    with pytest.raises(AfilError, match=sentence) as error:
        parse(PerceptionConfig, text, "mine.yaml")
    assert f"vlm.{key}" in str(error.value) and "secret" not in str(error.value)


def test_a_budget_of_money_without_prices_is_refused() -> None:
    text = "vlm: {name: openai, model: m, budget: {cost: 20}, prices: {output: %s}}"
    assert parse(PerceptionConfig, text % 1.5, "mine.yaml").vlm.config.budget.cost == 20
    with pytest.raises(AfilError, match="mine.yaml: vlm.*budget.cost.*prices"):
        parse(PerceptionConfig, text % 0, "mine.yaml")


def test_no_more_requests_at_once_than_allowed(server, steps, vlm_of) -> None:
    server.script = [steps.sleeps(0.1, GOOD)]
    vlm = vlm_of(concurrent=2)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda _: ask(vlm), range(6))) == [["carrot"]] * 6
    assert server.most_at_once == 2


def test_requests_keep_the_rate(server, steps, vlm_of) -> None:
    server.script = [steps.says(GOOD)]
    vlm = vlm_of(requests_per_minute=600)
    began_s = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ask(vlm), range(4)))
    assert len(server.times) == 4
    # How late a request comes is the machine's; none comes before its time.
    early = np.arange(4) * 0.1 - (np.sort(server.times) - began_s)
    assert early.max() < 0.02, early


def test_who_waits_gives_up_when_the_run_ends(server, steps, vlm_of) -> None:
    server.script = [steps.status(429, Retry_After="60")]
    vlm = vlm_of()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, vlm)
        while not server.bodies:
            time.sleep(0.01)
        vlm.stop()
        with pytest.raises(AfilError, match="the run was ended"):
            asked.result(5)


def test_who_waits_for_the_pace_gives_up_when_the_run_ends(server, steps, vlm_of) -> None:
    server.script = [steps.says(GOOD)]
    vlm = vlm_of(requests_per_minute=6)
    ask(vlm)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, vlm)
        time.sleep(0.1)
        vlm.stop()
        with pytest.raises(AfilError, match="the run was ended"):
            asked.result(5)


def test_no_answer_is_waited_for_and_nothing_is_sent_when_the_run_has_ended(
    server, steps, vlm_of
) -> None:
    server.script = [steps.sleeps(10, GOOD)]
    vlm = vlm_of(concurrent=1, timeout_s=20.0)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(ask, vlm) for _ in range(3)]
        while not server.bodies:
            time.sleep(0.01)
        vlm.stop()
        begun_s = time.monotonic()
    assert time.monotonic() - begun_s < 5
    assert len(server.bodies) == 1
    assert all("the run was ended" in str(one.exception()) for one in asked)
