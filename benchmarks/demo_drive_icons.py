"""How far the driving demo's policies answer to the icons instead of to the road.

``python -m benchmarks.demo_drive_icons FOLDER`` paints icons on the frames of the original
demonstrations that ``make demo-drive`` left in its folder, asks the policies that learned with
icons, and writes ``benchmarks/results/demo-drive-icons.jsonl``. A policy that looks at the road
answers the same whatever is painted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from afil_core.episodes.episode import list_episodes
from afil_core.errors import run
from afil_policy.training.checkpoint import Checkpoint, load_checkpoint
from afil_sim.cues.icons import paint_icons
from benchmarks.report import Report

_CAMERA: Final = "front_image"
_EPISODES, _STRIDE = 10, 7
# A control counts as given above this; the icons are painted from it on, too.
_GIVEN: Final = 0.1
_ICONS: Final = {
    "nothing": None,
    "the brake's disc": np.array([0.0, 0.0, 1.0]),
    "the throttle's arrow": np.array([0.6, 0.0, 0.0]),
}
Frames = list[Mapping[str, Any]]


def frames(dataset: Path, count: int) -> Iterator[tuple[Frames, NDArray[np.float64]]]:
    """The last frames before some of the expert's controls, and the control.

    Args:
        dataset: Recordings without a cue.
        count: Frames that a policy sees.
    """
    for episode in list_episodes(dataset)[:_EPISODES]:
        seen: Frames = []
        for tick, step in enumerate(episode.steps()):
            seen = [*seen, step.observations][-count:]
            if tick % _STRIDE == 0 and len(seen) == count:
                yield seen, np.asarray(step.action)


def answers(
    checkpoint: Checkpoint, dataset: Path
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """The expert's controls [N, 3], and by what is painted the policy's."""
    method, transform = checkpoint.method(), checkpoint.transform()
    labels: list[NDArray[np.float64]] = []
    found: dict[str, list[NDArray[np.float32]]] = {name: [] for name in _ICONS}
    for seen, label in frames(dataset, transform.frames):
        labels.append(label)
        for name, control in _ICONS.items():
            with torch.inference_mode():
                action = method.act(transform(_painted(seen, control)))
            found[name].append(checkpoint.normalization.action.invert(action)[0, 0].numpy())
    return np.array(labels), {name: np.array(values) for name, values in found.items()}


def _painted(seen: Frames, control: NDArray[np.float64] | None) -> Frames:
    if control is None:
        return seen
    return [{**values, _CAMERA: paint_icons(values[_CAMERA], control)} for values in seen]


def main() -> int:
    """Report; exit code 1 where the demo has not come so far."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="output folder of make demo-drive")
    folder = parser.parse_args().folder
    runs = sorted(folder.glob("*/runs/*/checkpoint"))
    if not runs or not (folder / "none" / "demos").is_dir():
        print(f"error: {folder} holds no demonstrations or no policies; run make demo-drive")
        return 1
    report = Report("demo-drive-icons.jsonl")
    for path in runs:
        checkpoint = load_checkpoint(path)
        name = f"{path.parent.name}, recorded cue {path.parents[2].name}"
        labels, found = answers(checkpoint, folder / "none" / "demos")
        drives, brakes = labels[:, 0] > _GIVEN, labels[:, 2] > _GIVEN
        for icon, column, where, when in (
            ("the brake's disc", 2, drives, "brake where the expert drives on"),
            ("the brake's disc", 0, drives, "throttle where the expert drives on"),
            ("the throttle's arrow", 0, brakes, "throttle where the expert brakes"),
        ):
            value, floor = (float(found[i][where, column].mean()) for i in (icon, "nothing"))
            report.add(f"{name}: {when}, {icon} painted", round(value, 4), "", "", round(floor, 4))
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
