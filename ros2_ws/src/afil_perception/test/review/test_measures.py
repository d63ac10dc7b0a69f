import numpy as np
import pytest

from afil_core.saliency import KeyObject
from afil_core.saliency.provenance import StreamRecord
from afil_core.schema import to_plain
from afil_perception.review.measures import measure
from afil_perception.saliency import SaliencyConfig

BOX = (40.0, 40.0, 60.0, 60.0)


class Kept:
    """A sidecar in memory, and what was noted of it."""

    def __init__(self, *frames, events: dict[str, int] | None = None) -> None:
        self.path = "sidecar"
        self.frames = frames
        record = StreamRecord(
            topic="t",
            keys={},
            frames=len(frames),
            frames_with_objects=0,
            track_events=events or {},
        )
        self.streams = {"image": record}
        self.config = {"saliency": to_plain(SaliencyConfig())}

    def key_objects(self, topic):
        return ((k, objects) for k, (objects, _) in enumerate(self.frames))

    def maps(self, topic):
        return ((k, saliency) for k, (_, saliency) in enumerate(self.frames))


def frame(phrase: str = "carrot", x: int = 50, box=BOX):
    saliency = np.zeros((100, 100), np.uint8)
    saliency[45:55, x - 5 : x + 5] = 255
    return [KeyObject(1, phrase, 0.9, box)], saliency


def measured(*frames, **more):
    kept = Kept(*frames, **more)
    return measure(kept, kept, "image", "manipulation")


def test_what_is_as_it_should_be_is_not_suspicious() -> None:
    found = measured(*[frame()] * 10)
    assert (found.frames, found.empty, found.flicker, found.outside) == (10, 0, 0, 0.0)
    assert found.reasons() == [] and found.worst == []


def test_empty_maps_are_counted() -> None:
    found = measured(frame(), ([], np.zeros((100, 100), np.uint8)), frame())
    assert found.empty == 1 and found.worst == [1]
    assert [text for _, text in found.reasons()] == ["image: 1 of 3 maps are empty"]


def test_mass_outside_of_the_boxes_is_measured() -> None:
    found = measured(frame(), frame(x=90))
    assert found.outside == pytest.approx(0.5, abs=0.01) and found.worst == [1]
    assert "50% of the maps' mass is outside" in found.reasons()[0][1]


def test_a_thing_that_changes_its_phrase_in_its_place_flickers() -> None:
    found = measured(*[frame("carrot"), frame("toy")] * 3)
    assert found.flicker == 5 and "phrases flicker in 5 of 6" in found.reasons()[0][1]
    moved = measured(frame("carrot"), frame("toy", box=(0.0, 0.0, 20.0, 20.0)))
    assert moved.flicker == 0


def test_tracks_that_look_wrong_are_told_by_kind() -> None:
    found = measured(*[frame()] * 10, events={"lost": 2, "area_jump": 1})
    assert found.reasons()[0][1] == "image: tracks look wrong: 2 lost, 1 area jump"
