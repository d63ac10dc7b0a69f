import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_perception.objects import box_center
from afil_perception.pipeline.config import PerceptionConfig, SaliencyConfig
from afil_perception.pipeline.pipeline import PerceivedFrame, Pipeline


def perceive(frames, config: PerceptionConfig | None = None) -> list[PerceivedFrame]:
    pipeline = Pipeline(config or PerceptionConfig())
    plan = pipeline.plan("lift the carrot")
    stamped = [(k * 100, f) for k, f in enumerate(frames)]
    return list(pipeline.run(stamped, plan.description, pipeline.parameters(driving=False)))


def peak(saliency: np.ndarray) -> tuple[int, int]:
    y, x = np.unravel_index(int(saliency.argmax()), saliency.shape)
    return int(x), int(y)


def test_the_map_follows_the_object_with_one_identity(moving_carrot) -> None:
    results = perceive(moving_carrot)
    assert [r.stamp_ns for r in results] == [k * 100 for k in range(10)]
    assert {o.track_id for r in results for o in r.objects} == {1}
    for k, result in enumerate(results):
        assert box_center(result.objects[0].box) == (30.5 + 5 * k, 60.5)
        x, y = peak(result.saliency)
        # the frame before pulls the peak back by a part of the 5 px it moved
        assert 30 + 5 * k - 4 <= x <= 30 + 5 * k and abs(y - 60) <= 1


def test_a_symmetric_window_gives_every_frame_its_future(moving_carrot) -> None:
    config = PerceptionConfig(saliency=SaliencyConfig(window=2, causal=False))
    results = perceive(moving_carrot, config)
    assert [r.stamp_ns for r in results] == [k * 100 for k in range(10)]
    assert peak(results[5].saliency)[0] == 55
    assert peak(results[0].saliency)[0] > 30


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_short_streams_lose_no_frame(moving_carrot, count: int) -> None:
    config = PerceptionConfig(saliency=SaliencyConfig(window=2, causal=False))
    assert len(perceive(moving_carrot[:count], config)) == count


def test_frames_without_the_object_have_an_empty_map(draw) -> None:
    results = perceive([draw([])] * 3)
    assert all(not r.objects and not r.saliency.any() for r in results)


def test_nothing_to_look_for_is_an_error_that_says_why() -> None:
    with pytest.raises(AfilError, match="nothing to look for .*'gizmo'"):
        Pipeline(PerceptionConfig()).plan("lift the gizmo")


def test_what_cannot_be_looked_for_is_left_out_and_told() -> None:
    plan = Pipeline(PerceptionConfig()).plan("put the carrot into the gizmo")
    assert [q.phrase for q in plan.description.objects] == ["carrot"]
    assert len(plan.problems) == 1 and "'gizmo'" in plan.problems[0]
