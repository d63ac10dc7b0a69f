import math

import numpy as np
import pytest

from afil_core.saliency import Box, KeyObject
from afil_perception.saliency import SaliencyConfig, to_uint8
from afil_perception.saliency import saliency_map as map_of

SIZE = (90, 160)
POINT = (80.0, 40.0, 81.0, 41.0)  # center (80.5, 40.5) is the middle of pixel (80, 40)
LEFT = (20.0, 40.0, 21.0, 41.0)
FAR = (140.0, 40.0, 141.0, 41.0)
SIGMA_PX = 8.0


def parameters(**changes: object) -> SaliencyConfig:
    return SaliencyConfig(**{"sigma_fraction": SIGMA_PX / SIZE[1], **changes})


def saliency_map(
    boxes: dict[int, list[Box]], size: tuple[int, int], config: SaliencyConfig, map_size=None
) -> np.ndarray:
    objects = {
        step: [KeyObject(k, "carrot", 1.0, box) for k, box in enumerate(near, start=1)]
        for step, near in boxes.items()
    }
    return map_of(objects, size, config, map_size)


def test_one_point_and_one_frame_is_a_gaussian_of_the_distance() -> None:
    got = saliency_map({0: [POINT]}, SIZE, parameters(window=0))
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    expected = np.exp(-((x - 80) ** 2 + (y - 40) ** 2) / (2 * SIGMA_PX**2))
    np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("kernel", "beta", "ratio"), [("peak", 0.8, 0.7), ("sum", 0.8, 0.7 * 0.8**2), ("sum", 1, 0.7)]
)
def test_the_frame_before_is_weaker_by_alpha_and_its_kernel(
    kernel: str, beta: float, ratio: float
) -> None:
    chosen = parameters(kernel=kernel, beta=beta, frame_min_max=False)
    got = saliency_map({0: [LEFT], -1: [FAR]}, SIZE, chosen)
    assert got[40, 20] == pytest.approx(1.0, abs=1e-6)
    assert got[40, 140] == pytest.approx(ratio, abs=1e-6)


def test_a_frame_further_away_is_wider_by_beta() -> None:
    chosen = parameters(beta=0.8)
    got = saliency_map({-1: [POINT]}, SIZE, chosen)
    sigma = SIGMA_PX / 0.8
    assert got[40, 90] == pytest.approx(math.exp(-(10**2) / (2 * sigma**2)), abs=1e-4)


def test_a_causal_map_does_not_see_the_future() -> None:
    causal = saliency_map({0: [LEFT], 1: [FAR]}, SIZE, parameters())
    symmetric = saliency_map({0: [LEFT], 1: [FAR]}, SIZE, parameters(causal=False))
    assert causal[40, 140] < 1e-6
    assert symmetric[40, 140] == pytest.approx(0.7, abs=1e-6)


def test_steps_outside_the_window_do_not_count() -> None:
    got = saliency_map({0: [LEFT], -2: [FAR]}, SIZE, parameters(window=1))
    assert got[40, 140] < 1e-6


def test_without_any_object_the_map_is_zero_and_finite() -> None:
    got = saliency_map({0: [], -1: []}, SIZE, parameters())
    assert got.shape == SIZE and not got.any()


def test_the_frame_before_fills_a_frame_without_objects() -> None:
    got = saliency_map({0: [], -1: [POINT]}, SIZE, parameters())
    assert got[40, 80] == pytest.approx(1.0, abs=1e-6)


def test_min_max_per_frame_keeps_a_crowded_frame_from_drowning_the_other() -> None:
    boxes = {0: [LEFT], -1: [FAR, FAR]}
    scaled = saliency_map(boxes, SIZE, parameters(frame_min_max=True))
    plain = saliency_map(boxes, SIZE, parameters(frame_min_max=False))
    assert scaled[40, 140] == pytest.approx(0.7, abs=1e-4)
    assert plain[40, 20] == pytest.approx(1 / 1.4, abs=1e-4)


def test_the_map_depends_on_the_fraction_of_the_width_not_on_pixels() -> None:
    small = saliency_map({0: [POINT]}, SIZE, parameters())
    box = tuple(4 * v for v in POINT)
    large = saliency_map({0: [box]}, (360, 640), parameters(), map_size=SIZE)
    np.testing.assert_allclose(large, small, atol=1e-9)


def test_the_box_shape_follows_the_box_along_each_axis() -> None:
    wide = (20.0, 38.0, 140.0, 43.0)
    center = saliency_map({0: [wide]}, SIZE, parameters(shape="center"))
    box = saliency_map({0: [wide]}, SIZE, parameters(shape="box"))
    assert box[40, 115] > 0.5 > center[40, 115]
    np.testing.assert_allclose(box[:, 80], center[:, 80], atol=0.01)


def test_sigma_goes_by_the_scene_unless_it_is_given() -> None:
    config = SaliencyConfig()
    assert config.for_scene(driving=False).sigma_fraction == 30 / 640
    assert config.for_scene(driving=True).sigma_fraction == 20 / 320
    given = SaliencyConfig(sigma_fraction=0.1)
    assert given.for_scene(driving=False) == given.for_scene(driving=True) == given


def test_a_map_without_a_sigma_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="for_scene"):
        map_of({}, SIZE, SaliencyConfig())


def test_gray_levels_span_the_whole_range() -> None:
    gray = to_uint8(saliency_map({0: [POINT]}, SIZE, parameters()))
    assert gray.dtype == np.uint8 and gray.max() == 255 and gray.min() == 0
