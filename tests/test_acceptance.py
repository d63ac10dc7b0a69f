"""The eight checks by which a re-implementation of AutoFocus-IL is judged, as tests.

The eighth, on our own confounded task with several seeds, is a study: ``make bench-cue``.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

POLICY = "ros2_ws/src/afil_policy/test"
CHECKS: dict[str, tuple[str, ...]] = {
    "1 the formula of the saliency map": (
        "ros2_ws/src/afil_perception/test/saliency/test_temporal.py::test_one_point_and_one_frame_is_a_gaussian_of_the_distance",
        "ros2_ws/src/afil_perception/test/saliency/test_temporal.py::test_the_frame_before_is_weaker_by_alpha_and_its_kernel",
    ),
    "2 predicted attention": (
        f"{POLICY}/encoders/test_attention.py::test_attention_does_not_change_when_a_constant_is_added_to_the_strength",
        f"{POLICY}/encoders/test_attention.py::test_attention_reaches_exactly_zero_and_one",
        f"{POLICY}/encoders/test_attention.py::test_attention_has_a_gradient",
        f"{POLICY}/encoders/test_attention.py::test_a_constant_feature_map_gives_no_nan_in_value_or_gradient",
    ),
    "3 the loss": (
        f"{POLICY}/methods/test_autofocus.py::test_perfect_alignment_has_no_regularization_loss",
        f"{POLICY}/methods/test_formulas.py::test_distances_of_four_pixels",
        f"{POLICY}/methods/test_autofocus.py::test_no_maps_to_learn_from_equals_behavior_cloning_bit_for_bit",
    ),
    "4 the published network": (
        f"{POLICY}/encoders/test_paper_cnn.py::test_the_published_shapes_come_out",
        f"{POLICY}/methods/test_paper_configs.py::test_the_driving_policy_has_the_published_sizes",
        f"{POLICY}/methods/test_paper_configs.py::test_driving_by_gaze_and_by_key_objects_differ_in_the_maps_alone",
    ),
    "5 when the VLM is asked": (
        "ros2_ws/src/afil_perception/test/filter/test_segments.py::test_the_filter_is_asked_only_when_the_visible_set_changes",
        "ros2_ws/src/afil_perception/test/filter/test_segments.py::test_the_choice_lasts_through_the_segment",
        "ros2_ws/src/afil_perception/test/filter/test_segments.py::test_no_more_than_three_objects_are_kept_whatever_the_backend_says",
    ),
    "6 one renderer of the confounder": (
        "ros2_ws/src/afil_sim/test/cues/test_pendant.py::test_cue_shows_the_same_pixels_for_the_same_command_on_any_frame",
    ),
    "7 the published tables": (
        "tests/benchmarks/test_published.py::test_the_score_table_gives_the_104_percent_of_the_paper",
        "tests/benchmarks/test_published.py::test_the_arms_table_gives_50_points",
    ),
}


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_a_check_is_a_test(repository: Path, check: str) -> None:
    for node in CHECKS[check]:
        path, _, name = node.partition("::")
        tree = ast.parse((repository / path).read_text(encoding="utf-8"))
        assert name in {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}, node


def test_the_eighth_is_a_study_of_its_own(repository: Path) -> None:
    assert "bench-cue:" in (repository / "mk/bench.mk").read_text(encoding="utf-8")
