"""SAM 3's real class on tiny random weights, loaded like real ones."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from afil_perception.describe import Phrase
from afil_perception.detect import DETECTORS
from afil_perception.track import TRACKERS, Tracker
from afil_perception.track.instances import mask_box

PHRASES = [Phrase(text="pot", role="reference"), Phrase(text="red cup", role="target")]


@pytest.fixture(scope="module")
def made(sam3_folder) -> Tracker:
    return TRACKERS.select("sam3", model=str(sam3_folder), window=6).build()


def video(size: tuple[int, int], count: int) -> list[np.ndarray]:
    """A red rectangle moves right by two pixels a frame."""
    images = []
    for k in range(count):
        image = np.full((*size, 3), 40, np.uint8)
        image[20:70, 15 + 2 * k : 60 + 2 * k] = (250, 20, 20)
        images.append(image)
    return images


def let_it_see_red(tracker: Tracker, hidden: Sequence[int] = ()):
    """The model runs, and then says that red is "red cup", with a number that each window draws
    anew; but for the calls in which it is hidden."""
    calls = []

    def hook(module, args, kwargs, output):
        session, frame = kwargs["inference_session"], kwargs["frame_idx"]
        calls.append(frame)
        there = len(calls) - 1 not in hidden
        number = 5 + calls.count(0)
        pixels = session.get_frame(frame)
        bright = (pixels[0] > pixels[1] + 0.5).float()[None, None]
        logits = torch.nn.functional.avg_pool2d(bright, 4)[0] * 20 - 10
        session.obj_id_to_prompt_id[number] = session.add_prompt("red cup")
        output.obj_id_to_mask = {number: logits} if there else {}
        output.obj_id_to_score = {number: 0.9}
        output.obj_id_to_tracker_score = {number: 0.9}
        output.removed_obj_ids, output.suppressed_obj_ids = set(), set()
        return output

    return tracker.loaded.model.register_forward_hook(hook, with_kwargs=True)


def tracked(tracker: Tracker, clip) -> list:
    return list(tracker.track(clip, PHRASES, DETECTORS.select("color").build()))


@pytest.mark.parametrize("size", [(120, 160), (97, 131)])
def test_masks_land_in_the_image_under_their_phrase_and_numbers_last(made, clip_of, size) -> None:
    images = video(size, 13)
    hook = let_it_see_red(made)
    frames = tracked(made, clip_of(images))
    hook.remove()
    assert [[(o.id, o.phrase) for o in objects] for objects in frames] == [[(1, "red cup")]] * 13
    for (item,), image in zip(frames, images, strict=True):
        mask, truth = item.mask.mask(), image[:, :, 0] == 250
        assert (mask & truth).sum() / (mask | truth).sum() > 0.8
        assert item.box == mask_box(mask)
        assert item.score == pytest.approx(0.9)


def test_what_was_lost_in_one_window_is_found_again_in_another(made, clip_of) -> None:
    hook = let_it_see_red(made, hidden=range(4, 9))
    frames = tracked(made, clip_of(video((120, 160), 13)))
    hook.remove()
    assert {o.id for objects in frames for o in objects} == {1}
    assert [len(objects) for objects in frames] == [1] * 4 + [0] * 4 + [1] * 5


def test_the_model_runs_with_all_phrases_and_every_frame_is_answered(sam3_folder, clip_of) -> None:
    options = {"model": str(sam3_folder), "window": 5, "threshold": 0.0, "new_threshold": 0.0}
    frames = tracked(TRACKERS.select("sam3", **options).build(), clip_of(video((97, 131), 6)))
    assert len(frames) == 6
    for item in (o for objects in frames for o in objects):
        assert item.phrase in ("pot", "red cup") and item.mask.size == (97, 131)


def test_its_licence_is_named_where_it_is_chosen(sam3_folder, caplog) -> None:
    tracker = TRACKERS.select("sam3", model=str(sam3_folder)).build()
    assert not tracker.uses_detector
    _ = tracker.loaded
    assert "SAM License" in caplog.text and tracker.weights[0].gated
