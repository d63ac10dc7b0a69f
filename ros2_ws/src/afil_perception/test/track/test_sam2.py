"""Both ways to run SAM 2, on tiny random weights that are loaded like real ones."""

import gc
from pathlib import Path

import numpy as np
import pytest
import torch

from afil_core.errors import AfilError
from afil_perception.track import TRACKERS
from afil_perception.track.instances import mask_box
from afil_perception.track.segmenter import LOOKS_BACK, Prompt, VideoSegmenter

NAMES = ("sam2", "sam2_package")
SIZES = [(120, 160), (160, 120), (97, 131), (128, 128)]


@pytest.fixture(scope="module")
def segmenters(sam2_options) -> dict[str, VideoSegmenter]:
    return {n: TRACKERS.select(n, **sam2_options[n]).build().segmenter for n in NAMES}


def frames(size: tuple[int, int], count: int) -> list[np.ndarray]:
    """A red rectangle moves right by two pixels a frame."""
    made = []
    for k in range(count):
        image = np.full((*size, 3), 40, np.uint8)
        image[20:70, 15 + 2 * k : 60 + 2 * k] = (250, 20, 20)
        made.append(image)
    return made


def red(pixels: torch.Tensor) -> torch.Tensor:
    """Logits [1, 1, S/4, S/4] of where a prepared frame is red."""
    bright = (pixels[0] > pixels[1] + 0.5).float()[None, None]
    return torch.nn.functional.avg_pool2d(bright, 4) * 20 - 10


def let_it_see_red(segmenter: VideoSegmenter, monkeypatch) -> None:
    """The models run, and then say that every object is what is red in the frame."""
    if hasattr(segmenter, "_loaded"):

        def hook(module, args, kwargs, output):
            output.pred_masks = red(kwargs["frame"]).expand(len(output.object_ids), 1, -1, -1)
            output.object_score_logits = torch.full((len(output.object_ids), 1), 5.0)
            return output

        handle = segmenter._loaded.model.register_forward_hook(hook, with_kwargs=True)
        monkeypatch.setattr(segmenter, "_undo", handle, raising=False)
        return
    predictor = segmenter._predictor
    run = predictor._run_single_frame_inference

    def planted(inference_state, output_dict, frame_idx, *args, **kwargs):
        out, _ = run(inference_state, output_dict, frame_idx, *args, **kwargs)
        out["pred_masks"] = red(inference_state["images"][frame_idx])
        out["object_score_logits"] = torch.full((1, 1), 5.0)
        return out, out["pred_masks"]

    monkeypatch.setattr(predictor, "_run_single_frame_inference", planted)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", SIZES)
def test_a_mask_lands_where_it_is_in_the_image(segmenters, name, size, monkeypatch) -> None:
    segmenter = segmenters[name]
    let_it_see_red(segmenter, monkeypatch)
    images = frames(size, 3)
    seen = list(segmenter.segment(images, [Prompt(7, box=(15.0, 20.0, 60.0, 70.0))]))
    if hasattr(segmenter, "_undo"):
        segmenter._undo.remove()
    assert len(seen) == 3
    for k, ((segment,), image) in enumerate(zip(seen, images, strict=True)):
        assert segment.id == 7 and segment.mask.shape == size
        truth = image[:, :, 0] == 250
        iou = (segment.mask & truth).sum() / (segment.mask | truth).sum()
        assert iou > 0.85
        cell = max(size) / 32  # a pixel of the model's mask
        expected = (15 + 2 * k, 20, min(60 + 2 * k, size[1]), 70)
        np.testing.assert_allclose(mask_box(segment.mask), expected, atol=cell)


@pytest.mark.parametrize("name", NAMES)
def test_objects_come_in_the_order_of_their_prompts_and_masks_are_taken_as_they_are(
    segmenters, name
) -> None:
    images = frames((120, 160), 2)
    mask = np.zeros((120, 160), bool)
    mask[40:80, 90:140] = True
    prompts = [Prompt(3, box=(15.0, 20.0, 60.0, 70.0)), Prompt(1, mask=mask)]
    seen = list(segmenters[name].segment(images, prompts))
    assert [[s.id for s in segments] for segments in seen] == [[3, 1]] * 2
    given = seen[0][1].mask
    assert (given & mask).sum() / (given | mask).sum() > 0.75
    assert all(0 <= s.score <= 1 for segments in seen for s in segments)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_of_past_frames_is_bounded(segmenters, name) -> None:
    segmenter = segmenters[name]
    images = frames((64, 64), LOOKS_BACK + 6)
    stored = {}
    for k, _ in enumerate(segmenter.segment(images, [Prompt(1, box=(15.0, 20.0, 60.0, 60.0))])):
        if k in (4, LOOKS_BACK + 2, len(images) - 1):
            stored[k] = tensor_bytes()
    first, full, last = stored.values()
    assert first < full == last


def tensor_bytes() -> int:
    """Bytes of all tensors that the process holds, but the weights."""
    gc.collect()
    tensors = (o for o in gc.get_objects() if type(o) is torch.Tensor)
    return sum(t.untyped_storage().nbytes() for t in tensors)


@pytest.mark.parametrize("name", NAMES)
def test_whoever_has_seen_enough_stops_asking_and_can_begin_anew(segmenters, name) -> None:
    images = frames((64, 64), 4)
    prompt = [Prompt(1, box=(15.0, 20.0, 60.0, 60.0))]
    first = next(iter(segmenters[name].segment(images, prompt)))
    again = next(iter(segmenters[name].segment(images, prompt)))
    np.testing.assert_array_equal(first[0].mask, again[0].mask)


@pytest.mark.parametrize("name", NAMES)
def test_two_videos_can_be_followed_at_the_same_time(segmenters, name) -> None:
    one, other = frames((64, 64), 3), [f[::-1].copy() for f in frames((64, 64), 3)]
    prompt = [Prompt(1, box=(15.0, 20.0, 60.0, 60.0))]
    alone = [list(segmenters[name].segment(images, prompt)) for images in (one, other)]
    a, b = (segmenters[name].segment(images, prompt) for images in (one, other))
    together = list(zip(a, b, strict=True))
    for k, pair in enumerate(together):
        for (segment,), expected in zip(pair, alone, strict=True):
            np.testing.assert_array_equal(segment.mask, expected[k][0].mask)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_model_computes_in_the_dtype_that_is_asked_for(sam2_options, name, dtype) -> None:
    segmenter = TRACKERS.select(name, dtype=dtype, **sam2_options[name]).build().segmenter
    is_package = name == "sam2_package"
    model = segmenter._predictor if is_package else segmenter._loaded.model
    convolution = next(m for m in model.modules() if isinstance(m, torch.nn.Conv2d))
    seen: set[torch.dtype] = set()
    handle = convolution.register_forward_hook(lambda _, __, output: seen.add(output.dtype))
    mask = np.zeros((64, 64), bool)
    mask[20:50, 20:50] = True
    prompts = [Prompt(1, box=(15.0, 20.0, 60.0, 60.0)), Prompt(2, mask=mask)]
    for segments in segmenter.segment(frames((64, 64), 3), prompts):
        assert all(np.isfinite(s.score) and s.mask.shape == (64, 64) for s in segments)
        assert not torch.is_autocast_enabled("cpu")
    handle.remove()
    assert seen == {getattr(torch, dtype)}


def test_weights_of_another_architecture_are_a_sentence(sam2_options) -> None:
    model = sam2_options["sam2_package"]["model"]
    tracker = TRACKERS.select("sam2_package", model=model).build()
    with pytest.raises(AfilError, match=r"tiny\.pt holds no weights of SAM 2 'tiny'"):
        _ = tracker.segmenter


@pytest.mark.parametrize("name", NAMES)
def test_weights_that_are_not_here_are_a_sentence(name: str, monkeypatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    tracker = TRACKERS.select(name, model="nobody/nothing").build()
    with pytest.raises(AfilError, match="hf download nobody/nothing"):
        _ = tracker.segmenter


def test_the_tiny_weights_are_files_like_the_real_ones(sam2_options) -> None:
    assert (Path(sam2_options["sam2"]["model"]) / "model.safetensors").is_file()
    assert Path(sam2_options["sam2_package"]["model"]).suffix == ".pt"
