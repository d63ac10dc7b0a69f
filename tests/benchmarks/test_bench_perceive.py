"""What bench-perceive measures with, on cases whose answers are known."""

import numpy as np
import pytest

from afil_core.saliency import KeyObject
from benchmarks.bench_perceive_drive import hits
from benchmarks.bench_perceive_hota import identity
from benchmarks.bench_perceive_noise import (
    authors_rule,
    faults,
    our_rule,
    questions_of_authors,
    questions_of_ours,
)


def at(number: int, x: float, phrase: str = "a") -> KeyObject:
    return KeyObject(number, phrase, 1.0, (x, 0.0, x + 10.0, 10.0))


def test_a_perfect_tracker_has_hota_1_whatever_its_numbers_are() -> None:
    truth = [[at(1, k), at(2, 100 + k)] for k in range(5)]
    told = [[at(9, 100 + k), at(7, k)] for k in range(5)]
    got = identity(truth, told)
    assert (got.hota, got.detection, got.association, got.idf1) == pytest.approx((1, 1, 1, 1))


def test_one_switch_half_way_halves_the_association() -> None:
    truth = [[at(1, k)] for k in range(10)]
    told = [[at(1 if k < 5 else 2, k)] for k in range(10)]
    got = identity(truth, told)
    assert got.detection == pytest.approx(1)
    # each hit: 5 shared frames of 10 true ones
    assert got.association == pytest.approx(0.5)
    assert got.hota == pytest.approx(0.5**0.5)
    assert got.idf1 == pytest.approx(0.5)


def test_misses_and_ghosts_lower_the_detection_part() -> None:
    truth = [[at(1, k)] for k in range(10)]
    told = [[at(1, k)] if k % 2 else [at(5, 500)] for k in range(10)]
    assert identity(truth, told).detection == pytest.approx(5 / 15)


def test_boxes_that_overlap_by_half_count_at_lower_thresholds_alone() -> None:
    truth = [[at(1, 0.0)]] * 4
    told = [[KeyObject(1, "a", 1.0, (0.0, 0.0, 10.0, 5.0))]] * 4
    assert identity(truth, told).detection == pytest.approx(10 / 19)


def test_boxes_of_another_phrase_are_no_hits() -> None:
    assert identity([[at(1, 0)]], [[at(1, 0, "b")]]).hota == 0


def test_a_hazard_is_hit_by_an_object_whose_center_is_in_its_box() -> None:
    hazards = [[(0.0, 0.0, 20.0, 20.0)], [], [(100.0, 0.0, 120.0, 20.0)], [(0.0, 0.0, 9.0, 9.0)]]
    kept = [[at(1, 2)], [at(1, 2)], [at(1, 2), at(2, 105)], []]
    assert hits(kept, hazards) == (2, 3)


BOX = (10.0, 10.0, 30.0, 30.0)
FLICKER = [[BOX] if k % 3 else [] for k in range(1, 30)]


def test_flicker_breaks_the_identities_of_the_authors_rule_and_not_ours() -> None:
    assert faults(authors_rule(FLICKER)).breaks == 9
    assert faults(our_rule(FLICKER)).breaks == 0
    assert faults(our_rule(FLICKER)).identities == 1


def test_each_change_of_the_visible_set_is_a_question_by_the_authors_rule() -> None:
    assert questions_of_authors(authors_rule(FLICKER)) == 10
    assert questions_of_ours(our_rule(FLICKER)) == 1


def test_an_identity_that_jumps_is_told() -> None:
    assert faults([[at(1, 0)], [at(1, 50)], [at(1, 51)]]).jumps == 1


def test_the_pipelines_maps_are_those_of_the_formula_as_it_is_written() -> None:
    from benchmarks.bench_perceive_cost import direct, objects, renderer

    rng = np.random.default_rng(0)
    near = {0: objects(rng), -1: objects(rng)}
    away = np.abs(renderer().gray(near).astype(int) - direct(near).astype(int))
    assert away.max() <= 1
