import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pydantic import BaseModel

from afil_core.errors import AfilError
from afil_perception.vlm import Vlm
from afil_perception.vlm.cached import CachedVlm

IMAGE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


class Answer(BaseModel):
    text: str


class Other(BaseModel):
    text: str
    why: str = ""


class Counting(Vlm):
    """Says how often it was asked; fails where it is told to."""

    def __init__(self) -> None:
        self.asked = 0

    def ask(self, prompt, images, answer):
        self.asked += 1
        if prompt == "fail":
            raise AfilError("the server is gone")
        return answer(text=f"{prompt} {self.asked}")


@pytest.fixture
def vlm() -> Counting:
    return Counting()


@pytest.fixture
def cached(vlm, tmp_path) -> CachedVlm:
    return CachedVlm(vlm, "model", tmp_path / "vlm")


def test_the_same_question_is_asked_once(cached, vlm, tmp_path) -> None:
    assert cached.ask("what", [IMAGE], Answer).text == "what 1"
    assert cached.ask("what", [IMAGE.copy()], Answer).text == "what 1"
    assert CachedVlm(vlm, "model", tmp_path / "vlm").ask("what", [IMAGE], Answer).text == "what 1"
    assert vlm.asked == 1


def test_whatever_the_answer_follows_from_makes_it_another_question(cached, vlm, tmp_path) -> None:
    cached.ask("what", [IMAGE], Answer)
    cached.ask("who", [IMAGE], Answer)
    cached.ask("what", [IMAGE + 1], Answer)
    cached.ask("what", [IMAGE.reshape(2, 8, 3)], Answer)
    cached.ask("what", [IMAGE, IMAGE], Answer)
    cached.ask("what", [], Answer)
    cached.ask("what", [IMAGE], Other)
    CachedVlm(vlm, "another model", tmp_path / "vlm").ask("what", [IMAGE], Answer)
    assert vlm.asked == 8


def test_a_failure_is_not_kept(cached, vlm) -> None:
    for _ in range(2):
        with pytest.raises(AfilError, match="the server is gone"):
            cached.ask("fail", [], Answer)
    assert vlm.asked == 2


def test_a_damaged_answer_is_asked_anew(cached, vlm, tmp_path) -> None:
    cached.ask("what", [], Answer)
    (place,) = (tmp_path / "vlm").glob("*.json")
    place.write_text('{"text": ')
    assert cached.ask("what", [], Answer).text == "what 2"
    assert cached.ask("what", [], Answer).text == "what 2"


def test_who_asks_the_same_at_the_same_time_waits_for_one_answer(tmp_path) -> None:
    class Slow(Counting):
        def ask(self, prompt, images, answer):
            time.sleep(0.1)
            return super().ask(prompt, images, answer)

    slow = Slow()
    ones = [CachedVlm(slow, "model", tmp_path / "vlm") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda c: c.ask("what", [IMAGE], Answer).text, ones))
    assert said == ["what 1"] * 4 and slow.asked == 1


_ASKED_AND_KILLED = """
import os, signal, sys
from pathlib import Path
from pydantic import BaseModel
from afil_core import storage
from afil_perception.vlm import Vlm
from afil_perception.vlm.cached import CachedVlm

class Answer(BaseModel):
    text: str

class Killed(Vlm):
    def ask(self, prompt, images, answer):
        with open(sys.argv[1] + "/asked", "a") as file:
            file.write(prompt + " ")
        if prompt == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer(text=prompt)

vlm = CachedVlm(Killed(), "model", Path(sys.argv[1]) / "vlm")
for prompt in "abcd":
    assert vlm.ask(prompt, [], Answer).text == prompt
"""


def test_a_run_that_is_killed_asks_nothing_twice(tmp_path) -> None:
    for victim in ("c", ""):
        subprocess.run([sys.executable, "-c", _ASKED_AND_KILLED, str(tmp_path), victim])
    # What was being asked when it was killed is asked again, and nothing else.
    assert (tmp_path / "asked").read_text().split() == ["a", "b", "c", "c", "d"]
