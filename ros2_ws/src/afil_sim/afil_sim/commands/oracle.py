"""Command ``oracle``: saliency of simulated episodes, from the state of their world."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from afil_core.episodes import list_episodes
from afil_core.errors import run
from afil_core.process.stop_signals import StopSignals
from afil_core.progress import Progress
from afil_sim.running.oracle import FOLDER, write_oracle


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    parser = argparse.ArgumentParser(
        prog="oracle",
        description=f"Write {FOLDER}/ beside each simulated episode: what a perfect detector and "
        "filter would have said.",
    )
    parser.add_argument("--dataset", type=Path, default=Path("demos"), help="folder of episodes")
    episodes = list_episodes(parser.parse_args().dataset)
    progress = Progress("driving again", len(episodes))
    frames = with_objects = 0
    with StopSignals():
        for episode in episodes:
            written = write_oracle(episode)
            if written is not None:
                frames += written.frames
                with_objects += written.frames_with_objects
            progress.advance(detail=episode.path.name)
    print(f"{frames} frames, {with_objects} of them with key objects: {FOLDER}/", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
