"""``ros2 run afil_perception import_video``: make an episode bag of a video file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from afil_core.errors import run
from afil_core.process.arguments import renamed
from afil_core.process.stop_signals import StopSignals
from afil_perception.clips.video import import_video


def _command() -> None:
    parser = argparse.ArgumentParser(
        prog="import_video", description="Make an episode bag of a video."
    )
    parser.add_argument("video", type=Path, help="video file")
    parser.add_argument(
        "--dataset", type=Path, default=Path("demos"), help="folder of the dataset (demos)"
    )
    renamed(parser, "--output", "--dataset")
    parser.add_argument("--instruction", required=True, help="the task in words")
    parser.add_argument(
        "--fps-override", type=float, default=None, help="frames per second of the video"
    )
    arguments = parser.parse_args()
    with StopSignals():
        episode = import_video(
            arguments.video, arguments.dataset, arguments.instruction, arguments.fps_override
        )
    print(f"episode {episode}")


def main() -> int:
    """Entry point of ``ros2 run afil_perception import_video``."""
    return run(_command)


if __name__ == "__main__":
    sys.exit(main())
