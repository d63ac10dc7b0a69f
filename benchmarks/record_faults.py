"""What is kept and what is said when recording goes wrong.

``python -m benchmarks.record_faults [--kills 20] [--only WORDS]`` puts the recorder, as a process,
in front of robots with the faults of real drivers, kills it, fills its disk, and compares each bag
message by message with what was sent. A row says what was kept, what a person was told, and how
soon.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from afil_core.episodes import keep_episode, list_episodes, list_set_aside
from afil_core.episodes.recover import recover_interrupted
from afil_core.errors import AfilError
from afil_core.testing import ros_environment
from benchmarks.record_refused import event_gripper, no_clock, odd_names, refused, two_recorders
from benchmarks.record_row import Case, Row
from benchmarks.record_stage import Stage, missing, stage
from benchmarks.report import Report

IMAGE = "/camera/camera/color/image_raw"
ALARM_S = 0.5
# The robot sends ten times a second: a fault is noticed at the earliest when the next is due.
_PERIOD_S = 0.1
_STEP_NS = 500_000_000


def kills(count: int) -> Case:
    """The recorder is killed at random moments; the next one recovers what it left."""

    def play(on: Stage, folder: Path) -> list[Row]:
        anywhere = random.Random(1)
        _, sent = on.robot()
        worst, kept, lost, whole = 0.0, 0, 0, 0
        for number in range(count):
            dataset = folder / f"killed_{number}"
            recorder = on.recorder(dataset)
            on.start()
            time.sleep(anywhere.uniform(0.3, 3.0))
            at = recorder.kill()
            found = recover_interrupted(dataset)
            if not found or not found[0].messages:
                # Nothing was older than what may be lost.
                whole += 1
                continue
            k, n, oldest = missing(found[0].path, sent, at)
            kept, lost, worst = kept + k, lost + n, max(worst, oldest)
            (episode,) = list_set_aside(dataset)
            whole += (
                "interrupted" in episode.metadata.set_aside[0] and len(list(episode.ticks())) > 0
            )
        told = on.recorder(folder / "killed_again")
        told.kill()
        return [
            Row(
                f"kill -9 at {count} random moments",
                f"{kept} messages kept, {lost} lost, all younger than {worst:.2f} s",
                f"{whole} of {count} recovered and marked as interrupted",
                worst,
                whole == count and worst <= 1.0,
            )
        ]

    return play


def recovered_at_the_next_start(on: Stage, folder: Path) -> list[Row]:
    """What a killed recorder left is named when the next one starts."""
    on.robot()
    first = on.recorder(folder / "demos")
    on.start()
    time.sleep(2.0)
    first.kill()
    second = on.recorder(folder / "demos")
    _, text = second.says("was not saved")
    (episode,) = list_set_aside(folder / "demos")
    back = keep_episode(episode.path)
    return [Row("killed, then started again", f"kept after all: {back.name}", text,
                math.nan, bool(text) and len(list_episodes(folder / "demos")) == 1)]  # fmt: skip


def full_disk(on: Stage, folder: Path) -> list[Row]:
    """The dataset's file system is full in the middle of an episode."""
    place = folder / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        return [Row("full disk", "not tried: no tmpfs can be mounted here", "", math.nan, True)]
    try:
        ballast = place / "ballast"
        ballast.write_bytes(bytes(8_000_000))
        _, sent = on.robot()
        recorder = on.recorder(place / "demos", "-p", "session_min:=0")
        on.start()
        warned, _ = recorder.says("MB left")
        at, text = recorder.says("cannot be written")
        time.sleep(1.0)
        refused = on.ask("save").message
        ballast.unlink()
        answer = on.ask("save").message
        (episode,) = list_set_aside(place / "demos")
        kept, lost, _ = missing(episode.path, sent, at - 0.2)
        return [
            Row("full disk", f"{kept} kept, {lost} of those before it lost; "
                "saved once there was space",
                f"{at - warned:.1f} s before: {text}", math.nan,
                lost == 0 and warned < at and "free some space" in refused
                and "set aside" in answer)
        ]  # fmt: skip
    finally:
        on.clear()
        subprocess.run(["umount", str(place)], check=False)


def in_episode(
    fault: str, options: list[str], words: list[str], when: str, *, aside: bool | None
) -> Case:
    """A fault in the middle of an episode.

    Args:
        fault: Its name.
        options: The robot's.
        words: What must be said.
        when: ``gap`` where the camera goes silent, ``step`` where the stamps leave the wall clock;
            else seconds after the robot's start.
        aside: Whether it must cost the success; None where it must not be saved as either.
    """

    def play(on: Stage, folder: Path) -> list[Row]:
        _, sent = on.robot(*options)
        recorder = on.recorder(folder / "demos")
        on.start()
        at, text = recorder.says(*words)
        time.sleep(2.5)
        ended = time.time()
        answer = on.ask("save")
        lines = [line.split() for line in sent.read_text().splitlines()]
        times = [int(line[2]) / 1e9 for line in lines if line[0] == IMAGE]
        if when == "gap":
            before = [t for t in times if t < at]
            since = max(before, default=math.nan) + _PERIOD_S
        elif when == "step":
            away = [t for _, stamp, t in lines if abs(int(stamp) - int(t)) > _STEP_NS]
            since = int(away[0]) / 1e9
        else:
            since = times[0] + float(when)
        found = list_set_aside(folder / "demos") if aside else list_episodes(folder / "demos")
        kept, lost, _ = missing(found[0].path, sent, ended)
        where = "set aside" if aside else "in the dataset, marked"
        ok = lost == 0 and at - since <= ALARM_S + _PERIOD_S and answer.success is not aside
        ok = ok and any(words[0] in p for p in found[0].metadata.problems)
        return [Row(fault, f"{kept} kept, {lost} lost; {where}", text, at - since, ok)]

    return play


def restart(on: Stage, folder: Path) -> list[Row]:
    """All publishers go and come back."""
    robot, sent = on.robot()
    recorder = on.recorder(folder / "demos")
    on.start()
    time.sleep(1.5)
    robot.end()
    gone = max(int(line.split()[2]) for line in sent.read_text().splitlines()) / 1e9
    at, text = recorder.says(IMAGE, after_s=gone)
    _, again = on.robot()
    recorder.says("no longer", IMAGE)
    time.sleep(1.5)
    saved = time.time()
    answer = on.ask("save")
    (episode,) = list_episodes(folder / "demos")
    first = missing(episode.path, sent, gone - _PERIOD_S / 2)
    second = missing(episode.path, again, saved)
    lost = first[1] + second[1]
    return [Row("publishers restart", f"{first[0]} kept, {lost} lost; in the dataset, marked",
                text, at - gone,
                answer.success and lost == 0 and at - gone <= ALARM_S + _PERIOD_S
                and bool(episode.metadata.problems))]  # fmt: skip


def second_publisher(on: Stage, folder: Path) -> list[Row]:
    """Another teleoperation starts in the middle of an episode."""
    _, sent = on.robot()
    recorder = on.recorder(folder / "demos")
    on.start()
    time.sleep(1.0)
    _, other_sent = on.robot()
    at, text = recorder.says("2 nodes publish /target_pose")
    time.sleep(1.0)
    answer = on.ask("save")
    began = min(int(line.split()[2]) for line in other_sent.read_text().splitlines()) / 1e9
    aside = list_set_aside(folder / "demos")
    kept, lost, _ = missing(aside[0].path, sent, at)
    # It can be seen before it sends.
    return [Row("a second publisher", f"{kept} kept, {lost} lost; set aside", text,
                max(at - began, 0.0), not answer.success and lost == 0
                and at - began <= ALARM_S)]  # fmt: skip


def starved(on: Stage, folder: Path) -> list[Row]:
    """The recorder gets no processor for more than a second: nothing is wrong with the robot."""
    _, sent = on.robot()
    recorder = on.recorder(folder / "demos")
    on.start()
    time.sleep(1.5)
    recorder.stop(1.2)
    gone = time.time()
    at, text = recorder.says("the recorder could not run")
    time.sleep(1.5)
    saved = time.time()
    answer = on.ask("save")
    found = list_episodes(folder / "demos")
    # What is sent just before may be on its way.
    kept, lost, _ = missing(found[0].path, sent, saved - ALARM_S)
    return [Row("the recorder has no processor",
                f"{kept} kept, {lost} lost; in the dataset, marked",
                text, at - gone,
                answer.success and lost == 0 and at - gone <= ALARM_S
                and bool(found[0].metadata.problems))]  # fmt: skip


def cases(kill_count: int) -> dict[str, Case]:
    """All cases by name."""
    return {
        "kills": kills(kill_count),
        "next start": recovered_at_the_next_start,
        "full disk": full_disk,
        "camera dies": in_episode(
            "camera dies (row 7)", ["--silent-after", "front_image", "8"],
            [IMAGE, "has been silent"], "gap", aside=True),
        "camera returns": in_episode(
            "camera dies and returns", ["--silent-between", "front_image", "8", "9.5"],
            [IMAGE, "has been silent"], "gap", aside=False),
        "camera freezes": in_episode(
            "camera freezes", ["--freeze-after", "8"],
            [IMAGE, "one and the same picture"], "8", aside=True),
        "clock back": in_episode(
            "driver's clock back 1.5 s (row 3)", ["--clock-step", "-1.5", "--step-after", "8"],
            ["went back by 1."], "step", aside=True),
        "clock forward": in_episode(
            "driver's clock forward 3 s", ["--clock-step", "3", "--step-after", "8"],
            ["ahead of this node's clock"], "step", aside=True),
        "restart": restart,
        "second": second_publisher,
        "starved": starved,
        "refused": refused,
        "no clock": no_clock,
        "two recorders": two_recorders,
        "odd names": odd_names,
        "gripper": event_gripper,
    }  # fmt: skip


def main() -> int:
    """Play all cases; exit code 1 where one is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument(
        "--only", default="", help="cases whose names have one of these, by commas"
    )
    given = parser.parse_args()
    os.environ.update(ros_environment())
    wanted = [word for word in given.only.split(",") if word]
    report = Report("test-record-faults.jsonl")
    with tempfile.TemporaryDirectory(prefix="afil_faults_") as name, stage(Path(name)) as on:
        for title, play in cases(given.kills).items():
            if wanted and not any(word in title for word in wanted):
                continue
            folder = Path(name) / title.replace(" ", "_")
            folder.mkdir()
            try:
                rows = play(on, folder)
            except (AfilError, IndexError, ValueError, SystemExit) as error:
                rows = [Row(title, "?", f"{type(error).__name__}: {error}", math.nan, False)]
            on.clear()
            for row in rows:
                soon = "" if math.isnan(row.seconds) else f"{row.seconds:5.2f} s"
                print(f"{'ok  ' if row.ok else 'BAD '} {row.fault:34s} {soon:8s} {row.kept}")
                print(f"       {row.told[:150]}", flush=True)
                report.note(row.fault, row.seconds, "s", row.kept, row.told, ok=row.ok)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
