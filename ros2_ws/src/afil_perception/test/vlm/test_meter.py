import json
import multiprocessing
import time

import numpy as np
import pytest
from pydantic import BaseModel

from afil_perception.vlm.meter import Budget, BudgetSpentError, Meter, Prices, Use
from afil_perception.vlm.open import open_vlm
from afil_perception.vlm.pace import Pace

IMAGE = np.zeros((56, 56, 3), np.uint8)


class Word(BaseModel):
    text: str


def test_what_is_reserved_counts_until_it_is_settled(tmp_path) -> None:
    meter = Meter(tmp_path / "usage.jsonl", prices=Prices(input=2.0, output=10.0))
    call = meter.reserve(meter.priced(1, 1000, 500))
    assert meter.total().cost == pytest.approx(0.007)
    meter.settle(call, meter.priced(1, 1000, 100))
    assert meter.total() == Use(1, 1000, 100, pytest.approx(0.003))
    assert "cost 0.003" in meter.total().sentence()


def test_another_run_goes_on_counting_and_a_torn_line_harms_nothing(tmp_path) -> None:
    place = tmp_path / "usage.jsonl"
    Meter(place).reserve(Use(1, 10, 5))
    with place.open("ab") as file:
        file.write(b'{"call": "x", "requ')
    other = Meter(place)
    other.reserve(Use(1, 1, 1))
    assert Meter(place).total() == Use(2, 11, 6) == other.total()


@pytest.mark.parametrize(
    ("budget", "what"),
    [(Budget(requests=2), "2 requests"), (Budget(tokens=45), "45 tokens")],
)
def test_a_budget_has_no_room_for_what_may_exceed_it(budget, what) -> None:
    meter = Meter(None, budget)
    for _ in range(2):
        meter.reserve(Use(1, 10, 10))
    with pytest.raises(BudgetSpentError, match=f"budget of {what} has no room"):
        meter.reserve(Use(1, 10, 10))
    assert meter.total().requests == 2


def _reserve(place: str, count: int) -> None:
    meter = Meter(place, Budget(requests=30))
    for _ in range(count):
        try:
            meter.reserve(Use(1, 1, 1))
        except BudgetSpentError:
            return


def test_processes_share_one_budget(tmp_path) -> None:
    place = tmp_path / "usage.jsonl"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_reserve, args=(place, 20)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Meter(place).total().requests == 30
    assert all(json.loads(line) for line in place.read_text().splitlines())


def test_a_budget_stops_the_questions_and_what_was_answered_costs_nothing(
    server, steps, vlm_of, tmp_path
) -> None:
    from afil_perception.vlm import VLMS

    server.script = [steps.says('{"text": "hello"}')]
    options = {"base_url": server.url, "model": "m", "budget": Budget(requests=2)}
    vlm = open_vlm(VLMS.select("openai", **options), tmp_path)
    for _ in range(2):
        vlm.ask("one", [IMAGE], Word)
        vlm.ask("two", [IMAGE], Word)
    with pytest.raises(BudgetSpentError, match="raise vlm.budget.requests"):
        vlm.ask("three", [IMAGE], Word)
    assert len(server.bodies) == 2
    # Neither another budget nor another time limit makes it another question.
    more = options | {"budget": Budget(requests=3), "timeout_s": 7.0}
    again = open_vlm(VLMS.select("openai", **more), tmp_path)
    again.ask("one", [IMAGE], Word)
    again.ask("three", [IMAGE], Word)
    assert len(server.bodies) == 3
    other = open_vlm(VLMS.select("openai", **(more | {"model": "n"})), tmp_path)
    with pytest.raises(BudgetSpentError):
        other.ask("one", [IMAGE], Word)


def test_a_request_that_is_sent_twice_counts_twice(server, steps, vlm_of) -> None:
    server.script = [steps.status(500), steps.says('{"text": "hello"}')]
    vlm = vlm_of()
    vlm.ask("one", [IMAGE], Word)
    assert vlm.meter.total().requests == 2


def test_a_server_that_says_no_usage_is_counted_by_what_it_wrote(server, steps, vlm_of) -> None:
    text = json.dumps({"text": "x" * 400})
    server.script = [
        steps.bytes(json.dumps({"choices": [{"message": {"content": text}}]}).encode())
    ]
    vlm = vlm_of(prices=Prices(input=0.0, output=1.0))
    vlm.ask("one", [IMAGE], Word)
    use = vlm.meter.total()
    assert use.output_tokens == -(-len(text) // 4) and use.cost > 0 and use.input_tokens > 0


def test_an_estimate_has_the_images_and_the_longest_answer(vlm_of) -> None:
    vlm = vlm_of(longest_side=28, max_tokens=100, prices=Prices(input=1.0, output=2.0))
    use = vlm.estimate("x" * 400, [IMAGE] * 3)
    assert (use.requests, use.input_tokens, use.output_tokens) == (1, 103, 100)
    assert use.cost == pytest.approx(303e-6)


def test_processes_share_one_pace(tmp_path, monkeypatch) -> None:
    waits: list[float] = []
    now_s = time.time()
    monkeypatch.setattr("afil_perception.vlm.pace.time.time", lambda: now_s)
    paces = [Pace(60, tmp_path / "pace.txt") for _ in range(2)]
    for k in range(4):
        paces[k % 2].wait(waits.append)
    assert [round(w) for w in waits] == [1, 2, 3]
    paces[0].hold(30)
    paces[1].wait(waits.append)
    assert round(waits[-1]) == 30
