import math

import numpy as np
import pytest

from afil_core.saliency import Box, KeyObject, Rle
from afil_perception.saliency import MapRenderer, SaliencyConfig, to_uint8
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


@pytest.mark.parametrize("changes", [{}, {"beta": 0.8}, {"window": 2, "causal": False}])
def test_a_renderer_s_maps_are_those_of_their_windows_alone(changes: dict) -> None:
    places = [LEFT, FAR, LEFT, POINT, LEFT, None, FAR, FAR, LEFT]
    frames = [(KeyObject(1, "carrot", 1.0, box),) if box else () for box in places]
    config = parameters(**changes)
    renderer = MapRenderer(config, SIZE)
    for t in range(len(frames)):
        window = {j: frames[t + j] for j in config.offsets if 0 <= t + j < len(frames)}
        np.testing.assert_array_equal(
            renderer.gray(window), to_uint8(map_of(window, SIZE, config))
        )


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


def disc(x: int, y: int, radius: int) -> KeyObject:
    rows, columns = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    mask = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    box = (x - radius, y - radius, x + radius + 1, y + radius + 1)
    return KeyObject(1, "carrot", 1.0, tuple(float(v) for v in box), Rle.of(mask))


def test_the_mask_shape_is_high_inside_and_falls_off_outside() -> None:
    got = map_of({0: [disc(80, 45, 30)]}, SIZE, parameters(shape="mask", window=0))
    center = map_of({0: [disc(80, 45, 30)]}, SIZE, parameters(shape="center", window=0))
    assert got[45, 60] > 0.8 and center[45, 60] < 0.1
    assert got[45, 110] == pytest.approx(0.45, abs=0.05)  # its edge, a little less as it is round
    assert got[45, 145] < 0.01


def test_a_mask_of_one_pixel_is_a_gaussian() -> None:
    got = map_of({0: [disc(80, 40, 0)]}, SIZE, parameters(shape="mask", window=0))
    np.testing.assert_allclose(
        got, saliency_map({0: [POINT]}, SIZE, parameters(window=0)), atol=2e-3
    )


def test_an_object_without_a_mask_has_its_box_beside_those_with_one() -> None:
    left = KeyObject(2, "pot", 1.0, LEFT)
    got = map_of({0: [disc(130, 40, 6), left]}, SIZE, parameters(shape="mask", window=0))
    assert got[40, 20] == pytest.approx(1.0, abs=0.02)
    assert got[40, 130] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("kernel", ["peak", "sum"])
def test_a_mask_shaped_map_depends_on_fractions_not_on_pixels(kernel: str) -> None:
    objects = {0: [disc(60, 40, 9)], -1: [disc(100, 40, 15)]}
    chosen = parameters(shape="mask", kernel=kernel, frame_min_max=False)
    large = map_of(objects, SIZE, chosen)
    small = map_of(objects, SIZE, chosen, map_size=(45, 80))
    np.testing.assert_allclose(large.reshape(45, 2, 80, 2).mean((1, 3)), small, atol=0.02)


def test_ten_objects_are_the_sum_of_each() -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(5, [130, 60], (10, 2))
    boxes = [(float(x), float(y), float(x + 20), float(y + 12)) for x, y in corners]
    for shape in ("center", "box"):
        chosen = parameters(window=0, shape=shape, frame_min_max=False)
        y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]] + 0.5
        sx = max(SIGMA_PX, 20 / 12**0.5) if shape == "box" else SIGMA_PX
        expected = sum(
            np.exp(-0.5 * (((x - a - 10) / sx) ** 2 + ((y - b - 6) / SIGMA_PX) ** 2))
            for a, b in corners
        )
        expected = (expected - expected.min()) / (expected.max() - expected.min())
        np.testing.assert_allclose(saliency_map({0: boxes}, SIZE, chosen), expected, atol=1e-6)
