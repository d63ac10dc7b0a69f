"""Identities, fidelity and cost of perception, each beside a baseline in the same run.

``python -m benchmarks.bench_perceive --data DIR``: identities on the boxes of a real detector
(the authors' two videos) and in simulated episodes with occlusions; whether the weight-free
backends find the right object; maps per second, milliseconds a frame, memory of a long video.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

from afil_core.errors import AfilError, run
from afil_core.saliency import KeyObject, box_center
from afil_perception.clips.clip import Clip, Rgb
from afil_perception.clips.scene import Scene as SceneName
from afil_perception.detect import DETECTORS
from afil_perception.pipeline.config import PerceptionConfig, load_config
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.track import TRACKERS
from benchmarks.authors.data import follow_first_box, load_authors_video
from benchmarks.bench_perceive_cost import (
    VIDEO_HZ,
    in_a_process,
    maps_per_s,
    ms_per_frame,
    stand_ins,
)
from benchmarks.bench_perceive_drive import FRAME_NS, Ride, hits, ride
from benchmarks.bench_perceive_noise import (
    authors_rule,
    faults,
    our_rule,
    questions_of_authors,
    questions_of_ours,
    read_boxes,
)
from benchmarks.bench_perceive_scenes import (
    TARGET,
    ImagesClip,
    Scene,
    require_motmetrics,
    simulated,
)
from benchmarks.report import Report

TOWN = Path(__file__).parents[1] / "ros2_ws/src/afil_perception/config/town.yaml"
VIDEOS = ("lift_carrot_confounded", "route_2416_seed_201")
NEAR_PX = 25.0


def noise(report: Report, data: Path) -> None:
    """Identities on the boxes of a real detector."""
    total = np.zeros((2, 2))
    for name in VIDEOS:
        frames = read_boxes(data / name)
        theirs, ours = authors_rule(frames), our_rule(frames)
        found, before = faults(ours), faults(theirs)
        asked = questions_of_ours(ours), questions_of_authors(theirs)
        total += np.array([[found.breaks, before.breaks], asked])
        report.add(f"{name}: identities", found.identities, "", baseline=before.identities)
        report.add(f"{name}: breaks", found.breaks, "", baseline=before.breaks)
        report.add(f"{name}: jumps by more than the size", found.jumps, "", baseline=before.jumps)
        report.add(f"{name}: filter questions", asked[0], "", baseline=asked[1])
    (breaks, breaks_before), (asked_now, asked_before) = total.tolist()
    report.add("breaks, of the authors' rule's", breaks / breaks_before, "x", "<= 0.5")
    report.add("filter questions, of the authors' rule's", asked_now / asked_before, "x", "<= 0.5")


def identities(report: Report, seeds: int) -> None:
    """HOTA and IDF1 in simulated episodes in which a board and the arm hide things."""
    require_motmetrics()
    from benchmarks.bench_perceive_hota import identity

    detector = DETECTORS.select("color").build()
    tracker = TRACKERS.select("iou").build()
    ours, theirs = [], []
    for seed in range(seeds):
        scene = simulated(seed)
        clip = ImagesClip(scene.images)
        tracked = list(tracker.track(clip, scene.phrases, detector))
        ours.append(identity(scene.truth, scene.judged(tracked)))
        by_phrase = _previous_frame(scene)
        theirs.append(identity(scene.truth, scene.judged(by_phrase)))
    report.add(
        f"simulated, occlusions: HOTA, iou + color (n = {seeds})",
        _mean([i.hota for i in ours]), "", ">= 0.8", _mean([i.hota for i in theirs]),
    )  # fmt: skip
    report.add("… detection part", _mean([i.detection for i in ours]), "")
    report.add(
        "… association part", _mean([i.association for i in ours]), "",
        baseline=_mean([i.association for i in theirs]),
    )  # fmt: skip
    report.add(
        "… IDF1", _mean([i.idf1 for i in ours]), "", baseline=_mean([i.idf1 for i in theirs])
    )


def _previous_frame(scene: Scene) -> list[list[KeyObject]]:
    """The authors' rule on the same detections, phrase by phrase."""
    detector = DETECTORS.select("color").build()
    found = detector.detect(list(scene.images), scene.phrases)
    merged: list[list[KeyObject]] = [[] for _ in found]
    for place, phrase in enumerate(scene.phrases):
        boxes = [[d.box for d in frame if d.phrase == phrase.text] for frame in found]
        for frame, tracked in zip(merged, authors_rule(boxes), strict=True):
            frame += [KeyObject(o.id + 1000 * place, phrase.text, o.score, o.box) for o in tracked]
    return merged


def fidelity(report: Report, data: Path, seeds: int) -> None:
    """Whether color + instruction keep the right object."""
    near = count = 0
    for seed in range(seeds):
        scene = simulated(seed, board=False)
        kept = _kept(ImagesClip(scene.images), "lift the small orange object")
        for objects, truth in zip(kept, scene.truth, strict=True):
            right = [o.box for o in truth if o.phrase == TARGET]
            if right:
                count += 1
                near += _near(objects, box_center(right[0]))
    report.add(f"simulated: right object within {NEAR_PX:g} px", near / count, "share", ">= 0.98")
    video = load_authors_video(data / VIDEOS[0])
    reader = cv2.VideoCapture(str(video.video))
    images: list[Rgb] = []
    while (read := reader.read())[0]:
        images.append(np.ascontiguousarray(read[1][:, :, ::-1], dtype=np.uint8))
    kept = _kept(ImagesClip(images), "lift the carrot")
    told = [(o, b) for o, b in zip(kept, follow_first_box(video.boxes), strict=True) if b]
    hits = sum(_near(objects, box_center(box)) for objects, box in told)
    report.add(f"carrot: right object within {NEAR_PX:g} px", hits / len(told), "share", ">= 0.9")


def driving(report: Report, seeds: int) -> None:
    """Whether what is dangerous in the town is among the key objects."""
    rides = [ride(seed) for seed in range(seeds)]
    shares = []
    for config in (stand_ins(), load_config(TOWN)):
        found = [_hits_of(one, config) for one in rides]
        hit, there = (sum(column) for column in zip(*found, strict=True))
        shares.append(hit / max(there, 1))
    report.add(
        f"town: hazard hit by a key object, stand-ins with its colors (n = {seeds})",
        shares[1], "share", "", shares[0],
    )  # fmt: skip


def _hits_of(one: Ride, config: PerceptionConfig) -> tuple[int, int]:
    clip = ImagesClip(one.images, FRAME_NS)
    return hits(_kept(clip, one.instruction, config, "driving"), one.hazards)


def _kept(
    clip: Clip,
    instruction: str,
    config: PerceptionConfig | None = None,
    scene: SceneName = "manipulation",
) -> list[tuple[KeyObject, ...]]:
    """Key objects of each frame, by default by the backends without weights."""
    pipeline = Pipeline(config or stand_ins())
    saliency = pipeline.config.saliency.for_scene(driving=scene == "driving")
    description = pipeline.plan(instruction, clip, "", scene).description
    keys = dict.fromkeys(("describe", "instances", "filter", "saliency"), "")
    frames = pipeline.run(clip, description, keys, saliency)
    return [getattr(frame, "objects", ()) for frame in frames]


def _near(objects: tuple[KeyObject, ...], center: tuple[float, float]) -> bool:
    if not objects:
        return False
    return float(np.hypot(*np.subtract(box_center(objects[0].box), center))) <= NEAR_PX


def cost(report: Report, seconds: int) -> None:
    """Maps, milliseconds and memory."""
    fast, slow, ratio, away = maps_per_s()
    report.add("maps/s, 320x180, 10 objects, one core", fast, "1/s", baseline=slow)
    report.add("… of the direct formula's", ratio, "x", ">= 17")
    report.add("… greatest difference from it", away, "levels", "<= 1")
    for size in ((180, 320), (480, 640)):
        report.add(
            f"all but models, {size[1]}x{size[0]}, 10 objects with masks",
            ms_per_frame(size), "ms", "<= 3",
        )  # fmt: skip
    early, late = in_a_process(seconds)
    report.add(
        f"iou, {seconds} s of 640x480 at {VIDEO_HZ} Hz: peak memory", late, "MB", "<= 1500", early
    )
    report.add("… at the end, of that after a tenth", late / early, "x", "<= 1.05")


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


def _command() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the authors' data")
    parser.add_argument("--seeds", type=int, default=10, help="simulated episodes")
    parser.add_argument("--seconds", type=int, default=600, help="length of the long video")
    args = parser.parse_args()
    if not args.data.is_dir():
        raise AfilError(f"the authors' data are not in {args.data}; give their folder with --data")
    report = Report("bench-perceive.jsonl")
    noise(report, args.data)
    cost(report, args.seconds)
    identities(report, args.seeds)
    fidelity(report, args.data, args.seeds)
    driving(report, args.seeds)
    return 1 if report.failures else 0


def main() -> int:
    """Entry point."""
    return run(_command)


if __name__ == "__main__":
    sys.exit(main())
