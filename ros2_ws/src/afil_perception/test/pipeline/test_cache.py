import subprocess
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_perception.pipeline.cache import StageCache

NUMBER = TypeAdapter(int)


class Answer(Schema):
    number: int


class Maker:
    """Makes numbers, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.times = 0

    def one(self) -> Answer:
        self.times += 1
        return Answer(number=self.times)

    def many(self):
        self.times += 1
        yield from range(5)


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def cache(tmp_path) -> StageCache:
    return StageCache(tmp_path / "cache")


def test_an_answer_is_made_once_for_a_key(cache, maker) -> None:
    for key, number in (("a", 1), ("a", 1), ("b", 2), ("a", 1)):
        assert cache.one("describe", key, Answer, maker.one) == Answer(number=number)
    assert maker.times == 2


def test_results_are_made_once_for_a_key(cache, maker) -> None:
    for _ in range(3):
        assert list(cache.stream("track", "a", NUMBER, maker.many)) == list(range(5))
    assert maker.times == 1


def test_results_pass_while_they_are_made(cache) -> None:
    taken = []

    def slow():
        for k in range(3):
            taken.append(k)
            yield k

    stream = cache.stream("track", "a", NUMBER, slow)
    assert next(stream) == 0 and taken == [0]


def test_results_that_were_not_taken_to_their_end_are_not_kept(cache, maker) -> None:
    stream = cache.stream("track", "a", NUMBER, maker.many)
    next(stream)
    stream.close()
    assert list((cache.folder / "track").iterdir()) == []
    assert list(cache.stream("track", "a", NUMBER, maker.many)) == list(range(5))
    assert maker.times == 2


def test_what_a_killed_run_left_behind_is_cleared(cache, maker) -> None:
    with subprocess.Popen(["true"]) as gone:
        left = cache.folder / "track" / f".a.{gone.pid}.partial.jsonl"
    left.parent.mkdir(parents=True)
    left.write_text("1\n")
    assert list(cache.stream("track", "a", NUMBER, maker.many)) == list(range(5))
    assert [p.name for p in left.parent.iterdir()] == ["a.jsonl"]


def test_a_stage_that_fails_keeps_nothing(cache) -> None:
    def failing():
        yield 1
        raise AfilError("no more")

    with pytest.raises(AfilError, match="no more"):
        list(cache.stream("track", "a", NUMBER, failing))
    assert list((cache.folder / "track").iterdir()) == []


def damage(folder: Path, keep: int) -> None:
    (place,) = (p for p in folder.iterdir() if p.is_file())
    place.write_bytes(place.read_bytes()[:keep])


@pytest.mark.parametrize("keep", [0, 4, 9])
def test_a_result_that_was_cut_off_is_made_anew(cache, maker, keep: int) -> None:
    list(cache.stream("track", "a", NUMBER, maker.many))
    cache.one("describe", "a", Answer, maker.one)
    damage(cache.folder / "track", keep)
    damage(cache.folder / "describe", keep)
    assert list(cache.stream("track", "a", NUMBER, maker.many)) == list(range(5))
    assert cache.one("describe", "a", Answer, maker.one).number == 4


def test_a_result_that_someone_edited_is_named(cache, maker) -> None:
    list(cache.stream("track", "a", NUMBER, maker.many))
    place = cache.folder / "track" / "a.jsonl"
    place.write_text(place.read_text().replace("3", "three"))
    with pytest.raises(AfilError, match=r"a\.jsonl is damaged; delete it"):
        list(cache.stream("track", "a", NUMBER, maker.many))


def test_without_a_folder_nothing_is_kept(maker) -> None:
    cache = StageCache(None)
    for _ in range(2):
        list(cache.stream("track", "a", NUMBER, maker.many))
        cache.one("describe", "a", Answer, maker.one)
    assert maker.times == 4
