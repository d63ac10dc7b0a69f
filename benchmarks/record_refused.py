"""Faults that are there before an episode begins, and oddities that are none."""

from __future__ import annotations

import math
import time
from pathlib import Path

from afil_core.contract import load_contract
from afil_core.episodes import list_episodes
from afil_core.testing import changed
from afil_teleop.recording.preflight import SIMULATORS_PATIENCE_S
from benchmarks.record_row import Row
from benchmarks.record_stage import Stage, missing

REFUSED: list[tuple[str, list[str] | dict[str, object], list[str]]] = [
    ("zero stamps (row 1)", ["--zero-stamp", "pose"], ["/target_pose", "stamp 0"]),
    ("wrong frame (row 4)", {"observations.ee_pose.frame": "world"}, ["'world'", "fr3_link0"]),
    ("gripper 0..255 (row 5)", {"commands.gripper.closed": 0, "commands.gripper.open": 255},
     ["gripper", "255"]),
    ("wrong encoding (row 6)", {"observations.front_image.encoding": "mono8"}, ["mono8", "rgb8"]),
    ("wrong size", {"observations.front_image.size": [480, 640]}, ["480, 640, 3"]),
    ("camera's clock 5 s behind (row 12)", ["--stamp-offset", "front_image", "-5"],
     ["5.0", "behind this node's clock"]),
    ("QoS mismatch", {"observations.joint_positions.qos.reliability": "best_effort"},
     ["asked for as reliable"]),
    ("no joint states", ["--without", "joint_positions"], ["nothing publishes", "joint_states"]),
    ("a frozen camera", ["--freeze"], ["one and the same picture"]),
]  # fmt: skip


def refused(on: Stage, folder: Path) -> list[Row]:
    """Faults that are there from the start are refused before an episode."""
    on.recorder(folder / "demos", name="of_many")
    rows = []
    for number, (fault, how, words) in enumerate(REFUSED):
        options = how
        if isinstance(how, dict):
            file = folder / f"as_set_up_{number}.yaml"
            file.write_text(changed(load_contract("franka"), how).to_yaml())
            options = ["--contract", str(file)]
        robot, _ = on.robot(*options)
        answer = on.start("cannot start", *words, name="of_many")
        robot.end()
        ok = all(word in answer for word in ["cannot start", *words])
        rows.append(Row(fault, "nothing: refused", answer, math.nan, ok))
    clean = not list((folder / "demos").glob("episode_*"))
    return rows if clean else [*rows, Row("refused", "an episode is there", "", math.nan, False)]


def no_clock(on: Stage, folder: Path) -> list[Row]:
    """Simulated time without ``/clock``, by ``preflight:=only``."""
    on.robot()
    options = ["-p", "use_sim_time:=true", "-p", "preflight:=only"]
    recorder = on.recorder(folder / "demos", *options)
    _, text = recorder.says("nothing publishes /clock")
    ended, _ = recorder.says("pre-flight: ", within_s=SIMULATORS_PATIENCE_S + 30.0)
    return [Row("no /clock (row 2)", "nothing: refused", text, math.nan,
                bool(text) and not math.isnan(ended))]  # fmt: skip


def two_recorders(on: Stage, folder: Path) -> list[Row]:
    """Two recorders on one folder."""
    _, sent = on.robot()
    for name in ("one", "two"):
        on.recorder(folder / "demos", name=name)
    for name in ("one", "two"):
        on.start(name=name)
    time.sleep(2.0)
    at = time.time()
    said = [on.ask("save", name).message for name in ("one", "two")]
    found = list_episodes(folder / "demos")
    lost = sum(missing(e.path, sent, at)[1] for e in found)
    return [Row("two recorders, one folder", f"{len(found)} episodes, {lost} lost",
                "; ".join(said), math.nan, len(found) == 2 and lost == 0)]  # fmt: skip


def odd_names(on: Stage, folder: Path) -> list[Row]:
    """A dataset whose name has blanks, quotes and letters of other scripts."""
    dataset = folder / "démos 'eins' & \"zwei\" $x 三"
    on.robot()
    on.recorder(dataset)
    on.start()
    time.sleep(1.5)
    answer = on.ask("save")
    steps = sum(len(list(e.steps())) for e in list_episodes(dataset))
    return [Row("odd names", f"{steps} steps in {dataset.name}", answer.message, math.nan,
                answer.success and steps > 5)]  # fmt: skip


def event_gripper(on: Stage, folder: Path) -> list[Row]:
    """A gripper that is never commanded (row 13)."""
    on.robot("--without", "gripper")
    on.recorder(folder / "demos")
    on.start()
    time.sleep(1.5)
    answer = on.ask("save")
    steps = sum(len(list(e.steps())) for e in list_episodes(folder / "demos"))
    return [Row("gripper by events (row 13)", f"{steps} steps", answer.message, math.nan,
                answer.success and steps > 5)]  # fmt: skip
