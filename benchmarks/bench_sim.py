"""How many frames a second do the simulated worlds draw, physics included, on one core?

``python -m benchmarks.bench_sim``: the town under its expert at 320x180 and 160x90, turn by turn
with panda3d drawing as many boxes as the town has nodes and nothing else; the table top at 128x96;
Meta-World's drawer at 128x128, where it is installed, beside its own picture; town and table top
in lock-step through topics, turn by turn with the same steps in process.
CPU time counts, so that a busy machine does not; Mesa's threads are held to one. Of what was
measured in turns there is the median, and the quartiles beside it.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

# Mesa reads it when it is loaded.
os.environ.setdefault("LP_NUM_THREADS", "1")

import numpy as np

from afil_core.contract import load_contract
from afil_sim.drawing.engine import Engine
from afil_sim.drawing.mesh import Mesh
from afil_sim.tasks import make_task
from afil_sim.tasks.drive import Drive
from afil_sim.town.camera import FOV
from afil_sim.worlds import WORLDS
from benchmarks.bench_sim_loop import take_turns
from benchmarks.report import Report

# How often what is compared takes turns.
TURNS = 20
LOOP_TURNS = 12
# A turn that had more of its core than this was not disturbed.
OURS = 0.9
LOOPS = {"town, 320x180": ("carla", "drive"), "table top": ("franka", "lift_carrot")}
SIZES = ((180, 320), (90, 160))


def rate(step: Callable[[], object], frames: int) -> float:
    """Frames per second of CPU time."""
    for _ in range(2):
        step()
    begin = time.process_time()
    for _ in range(frames):
        step()
    return frames / (time.process_time() - begin)


@dataclass(frozen=True)
class Beside:
    """The town beside as many boxes as it has nodes, in turns.

    Attributes:
        town: Rates with its traffic, expert and referee, 1/s.
        pictures: Rates of its pictures alone.
        boxes: Rates of panda3d drawing the boxes alone.
        count: How many boxes.
        triangles: How many the town has.
        box_triangles: How many the boxes have.
    """

    town: list[float]
    pictures: list[float]
    boxes: list[float]
    count: int
    triangles: int
    box_triangles: int


def beside_boxes(size: tuple[int, int], frames: int) -> Beside:
    """The town with its traffic, expert and referee, and panda3d drawing boxes alone.

    All take turns, so that what the machine does otherwise falls on all. The town is driven on
    from turn to turn.
    """
    config = Drive.Config(world=WORLDS.select("town", draws=False), max_steps=10**6)
    task = Drive(config, "drive", load_contract("carla"))
    task.reset(1)

    def drive() -> None:
        if task.over:
            task.reset(1)
        task.world.body.act(task.expert_action())
        task.step()
        paint()

    def paint() -> None:
        world = task.world
        world.painter.paint(world.traffic, world.weather, 1, size)

    drive()
    painter = task.world.painter
    engine, draw = boxes(size, painter.nodes)
    turns = [[rate(step, frames) for step in (drive, paint, draw)] for _ in range(TURNS)]
    town, pictures, bare = (list(rates) for rates in zip(*turns, strict=True))
    found = Beside(town, pictures, bare, painter.nodes, painter.triangles, engine.triangles)
    engine.close()
    task.close()
    return found


def boxes(size: tuple[int, int], count: int) -> tuple[Engine, Callable[[], object]]:
    """So many boxes before a camera, and what takes a picture of them."""
    engine = Engine()
    rng = np.random.default_rng(0)
    for x, y in rng.uniform([5, -40], [120, 40], (count, 2)).tolist():
        mesh = Mesh()
        mesh.box((x, y, 1.0), (2.0, 2.0, 2.0), (0.5, 0.6, 0.7))
        engine.node(mesh)
    camera = engine.camera(size, FOV)
    camera.look((0.0, 0.0, 1.6), 0.0)
    return engine, camera.take


def table_top(frames: int) -> float:
    """Rate of the table top under its expert at 128x96."""
    from afil_sim.physics.offscreen import Camera

    task = make_task("franka")
    task.reset(1)
    world = task.world
    camera = Camera(world.model, "front", (96, 128))  # type: ignore[attr-defined]

    def step() -> None:
        world.body.act(task.expert_action())
        world.advance()
        camera.render(world.data)  # type: ignore[attr-defined]

    found = rate(step, frames)
    camera.close()
    task.close()
    return found


def metaworld(frames: int) -> tuple[float, float]:
    """Rate of Meta-World under its own policy at 128x128, four of its steps a frame.

    Returns:
        As the world node draws it, and as Gymnasium's renderer does.
    """
    from afil_sim.environments import make_environment

    env = make_environment("Meta-World/drawer-open-v3", {"distractors": 3})
    seeds = itertools.count()
    env.reset(next(seeds))

    def step(draw: Callable[[], object]) -> None:
        if env.over or env.success:
            env.reset(next(seeds))
        env.step(env.expert_action())
        draw()

    ours = rate(lambda: step(lambda: env.image("corner2_close", (128, 128))), frames)
    env.close()
    whole = make_environment("Meta-World/drawer-open-v3")
    kind = type(whole.env.unwrapped).__mro__[1]
    whole.close()
    usual: Any = kind(render_mode="rgb_array", camera_name="corner2", width=128, height=128)
    usual._freeze_rand_vec, usual._set_task_called = False, True
    usual.reset()

    def bare() -> None:
        for _ in range(4):
            usual.step(np.zeros(4, np.float32))
        usual.render()

    theirs = rate(bare, min(frames, 60))
    usual.close()
    return ours, theirs


def spread(
    report: Report, metric: str, values: Sequence[float], unit: str, target: str = "",
    baseline: float | None = None,
) -> None:  # fmt: skip
    """The median, held against a target, and the quartiles."""
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    report.add(metric, median, unit, target, baseline)
    report.add("… lower quartile", low, unit)
    report.add("… upper quartile", high, unit)


def loops(report: Report, name: str, robot: str, task: str, frames: int) -> None:
    """A world in lock-step, in process and through topics."""
    turns = take_turns(robot, task, LOOP_TURNS, max(frames // LOOP_TURNS, 1))
    bare = statistics.median(b.rate for b, _ in turns)
    report.add(
        f"{name}, loop through topics", statistics.median(t.rate for _, t in turns), "fps", "",
        bare,
    )  # fmt: skip
    ratios = [t.rate / b.rate for b, t in turns]
    spread(report, f"{name}, topics to process", ratios, "ratio", ">= 0.7")
    ours = [(b, t) for b, t in turns if min(b.core, t.core) > OURS]
    report.add(f"… turns of {LOOP_TURNS} in which both had the core", len(ours), "")
    if ours:
        clock = statistics.median(t.clock_rate / b.clock_rate for b, t in ours)
        report.add("… by the clock in these", clock, "ratio")


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=300)
    frames = parser.parse_args().frames
    report = Report("bench-sim.jsonl")
    for size in SIZES:
        found = beside_boxes(size, max(frames // TURNS, 1))
        name = f"town, {size[1]}x{size[0]}"
        target = ">= 100" if size == SIZES[0] else ""
        floor = statistics.median(found.boxes)
        spread(report, f"{name}, with physics", found.town, "fps", target, floor)
        shares = [a / b for a, b in zip(found.town, found.boxes, strict=True)]
        spread(report, f"{name}, share of {found.count} bare boxes", shares, "ratio", ">= 0.6")
        spread(report, f"{name}, pictures alone", found.pictures, "fps", "", floor)
        of_boxes = found.triangles / found.box_triangles
        report.add("… triangles in them, of the boxes'", of_boxes, "ratio")
    report.add("table top, 128x96, with physics", table_top(frames), "fps")
    if importlib.util.find_spec("metaworld") is None:
        print("Meta-World, 128x128: skipped, `make install-metaworld` brings it", flush=True)
    else:
        ours, theirs = metaworld(frames)
        report.add("Meta-World drawer-open, 128x128, with physics", ours, "fps", "", theirs)
    for name, (robot, task) in LOOPS.items():
        loops(report, name, robot, task, frames)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
