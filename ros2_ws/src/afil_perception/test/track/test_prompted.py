"""What the trackers with SAM 2 share, with a segmenter that follows colors."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from afil_perception.describe import Phrase
from afil_perception.detect import Detection, Detector
from afil_perception.track.instances import mask_box
from afil_perception.track.prompted import PromptedConfig, PromptedTracker
from afil_perception.track.segmenter import Prompt, Segment, VideoSegmenter

ORANGE, BLUE, GRAY = (250, 130, 10), (20, 60, 240), (90, 90, 90)
CUBE = [Phrase(text="cube", role="target")]


class ColorSegmenter(VideoSegmenter):
    """An object is what has the color at the middle of its prompt; it is hidden where none is."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, list[Prompt]]] = []

    def segment(self, frames, prompts: Sequence[Prompt]) -> Iterator[list[Segment]]:
        self.calls.append((len(frames), list(prompts)))
        colors = []
        for prompt in prompts:
            box = prompt.box or mask_box(prompt.mask)
            x, y = round((box[0] + box[2]) / 2), round((box[1] + box[3]) / 2)
            colors.append(tuple(frames[0][y, x]))
        for frame in frames:
            masks = [(frame == c).all(-1) & (c != GRAY) for c in colors]
            yield [Segment(p.id, m, 0.9) for p, m in zip(prompts, masks, strict=True)]


class Boxes(Detector):
    """Sees each colored square, unless it is told to miss a frame; frames know their number."""

    def __init__(self, miss: Sequence[int] = ()) -> None:
        self.miss = set(miss)
        self.asked: list[int] = []

    def detect(self, images, phrases) -> list[list[Detection]]:
        return [self._look(image) for image in images]

    def _look(self, image: np.ndarray) -> list[Detection]:
        number = int(image[0, 0, 0])
        self.asked.append(number)
        if number in self.miss:
            return []
        boxes = [mask_box((image == color).all(-1)) for color in (ORANGE, BLUE)]
        return [Detection("cube", 0.8, box) for box in boxes if box is not None]


class Tracker(PromptedTracker):
    def __init__(self, **options: object) -> None:
        super().__init__(PromptedConfig(model="none", **options))
        self.colors = ColorSegmenter()

    @property
    def segmenter(self) -> VideoSegmenter:
        return self.colors


def video(count: int, *squares) -> list[np.ndarray]:
    """Frames with squares (color, x of the frame or None where it is hidden)."""
    images = []
    for k in range(count):
        image = np.full((60, 120, 3), GRAY, np.uint8)
        image[0, 0, 0] = k
        for n, (color, place) in enumerate(squares):
            x = place(k)
            if x is not None:
                image[10 + 25 * n : 26 + 25 * n, x : x + 16] = color
        images.append(image)
    return images


def ids(tracked) -> list[list[int]]:
    return [[o.id for o in objects] for objects in tracked]


def test_an_object_keeps_its_number_and_has_box_and_mask_through_many_windows(clip_of) -> None:
    images = video(25, (ORANGE, lambda k: 5 + 2 * k))
    tracked = list(Tracker(window=8, detect_every=4).track(clip_of(images), CUBE, Boxes()))
    assert ids(tracked) == [[1]] * 25
    for k, (item,) in enumerate(tracked):
        assert item.box == (5 + 2 * k, 10, 21 + 2 * k, 26)
        assert item.phrase == "cube" and item.score == 0.8
        np.testing.assert_array_equal(item.mask.mask(), (images[k] == ORANGE).all(-1))


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 15, 16])
def test_every_frame_is_answered_once(clip_of, count: int) -> None:
    images = video(count, (ORANGE, lambda k: 5 + 2 * k))
    tracked = Tracker(window=8, detect_every=3).track(clip_of(images), CUBE, Boxes())
    assert ids(tracked) == [[1]] * count


def test_no_more_than_a_window_is_in_memory(clip_of) -> None:
    tracker = Tracker(window=8)
    list(tracker.track(clip_of(video(30, (ORANGE, lambda k: 5 + k))), CUBE, Boxes()))
    assert max(count for count, _ in tracker.colors.calls) == 8


def test_where_one_window_ends_its_masks_prompt_the_next(clip_of) -> None:
    tracker = Tracker(window=8, detect_every=8)
    list(tracker.track(clip_of(video(15, (ORANGE, lambda k: 5 + k))), CUBE, Boxes()))
    (_, first), (_, second) = tracker.colors.calls
    assert first[0].box is not None and first[0].mask is None
    assert second[0].mask is not None and second[0].id == first[0].id


def test_the_detector_is_asked_now_and_then_alone(clip_of) -> None:
    detector = Boxes()
    images = video(16, (ORANGE, lambda k: 5 + k))
    list(Tracker(window=16, detect_every=5).track(clip_of(images), CUBE, detector))
    assert detector.asked == [0, 5, 10, 15]


def test_live_frames_that_come_one_by_one_are_looked_at_now_and_then_alone(clip_of) -> None:
    class Live(clip_of):
        live = True

        def ready(self) -> bool:
            return False

    detector = Boxes()
    images = video(16, (ORANGE, lambda k: 5 + k))
    tracked = Tracker(window=8, detect_every=5).track(Live(images), CUBE, detector)
    assert ids(tracked) == [[1]] * 16
    assert detector.asked == [0, 5, 10, 15]


def test_an_object_that_comes_later_is_followed_from_where_the_detector_sees_it(clip_of) -> None:
    images = video(20, (ORANGE, lambda k: 5 + k), (BLUE, lambda k: 60 if k >= 6 else None))
    tracked = ids(Tracker(window=20, detect_every=4).track(clip_of(images), CUBE, Boxes()))
    assert tracked == [[1]] * 8 + [[1, 2]] * 12


def test_a_hidden_object_comes_back_with_its_number(clip_of) -> None:
    images = video(24, (ORANGE, lambda k: None if 6 <= k < 14 else 5 + k))
    tracked = ids(Tracker(window=6, detect_every=3).track(clip_of(images), CUBE, Boxes()))
    assert tracked[:6] == [[1]] * 6 and tracked[6:14] == [[]] * 8
    assert {i for frame in tracked for i in frame} == {1} and tracked[-1] == [1]


def test_one_that_was_gone_for_too_long_is_a_new_one(clip_of) -> None:
    images = video(24, (ORANGE, lambda k: None if 6 <= k < 14 else 5 + k))
    tracker = Tracker(window=6, detect_every=3, max_gap_frames=4)
    assert {i for frame in ids(tracker.track(clip_of(images), CUBE, Boxes())) for i in frame} == {
        1,
        2,
    }


def test_what_the_detector_misses_the_masks_still_have(clip_of) -> None:
    images = video(16, (ORANGE, lambda k: 5 + k))
    detector = Boxes(miss=range(1, 16))
    tracked = Tracker(window=6, detect_every=2).track(clip_of(images), CUBE, detector)
    assert ids(tracked) == [[1]] * 16


def test_without_any_detection_nothing_is_followed(clip_of) -> None:
    tracker = Tracker(window=4)
    assert ids(tracker.track(clip_of(video(9)), CUBE, Boxes())) == [[]] * 9
    assert not tracker.colors.calls


def test_a_mask_that_went_astray_is_corrected_by_the_detector(clip_of) -> None:
    images = video(12, (ORANGE, lambda k: 5 + 2 * k))
    # The segmenter takes what has the color below the square for a part of it.
    for k in range(2, 12):
        images[k][26:56, 5 + 2 * k : 21 + 2 * k] = ORANGE
    tracker = Tracker(window=12, detect_every=4)

    class Knows(Boxes):
        def _look(self, image):
            x = 5 + 2 * int(image[0, 0, 0])
            return [Detection("cube", 0.8, (float(x), 10.0, x + 16.0, 26.0))]

    list(tracker.track(clip_of(images), CUBE, Knows()))
    prompts = [p for _, (p,) in tracker.colors.calls]
    assert [p.box for p in prompts] == [(5, 10, 21, 26), (13, 10, 29, 26), (21, 10, 37, 26)]
    assert {p.id for p in prompts} == {1}
