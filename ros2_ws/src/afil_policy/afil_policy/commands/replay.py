"""Command ``replay``: the deployed path on a bag, without a robot and without ROS."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from afil_core.episodes import Episode, list_episodes
from afil_core.episodes.metadata import EPISODE_FILE
from afil_core.errors import AfilError, run
from afil_policy.evaluation.replay import Replayed, replay, worst
from afil_policy.training.layout import find_checkpoint, newest_run


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    args = _parser().parse_args()
    episodes = _episodes(args.bag)
    folder = find_checkpoint(args.checkpoint or newest_run())
    # PyTorch takes seconds to load: what can be refused is refused before that.
    from afil_policy.deploy.runner import PolicyRunner

    runner = PolicyRunner(folder, episodes[0].contract, device=args.device)
    runner.warm_up()
    print(f"checkpoint: {folder}")
    results = [replay(e, runner, interface=args.interface) for e in episodes]
    for result in results:
        _print(result)
    return 0 if all(r.is_same for r in results) else 1


def _print(result: Replayed) -> None:
    print(
        f"{result.path.name}: {result.commands} commands for {result.steps} steps; "
        f"{result.same} of them with the observations that training reads, bit for bit; "
        f"decisions differ by {result.furthest:.3g} at most"
    )
    for cause, count in result.refused.items():
        print(f"  refused {count} times: {cause}")
    if result.errors:
        print("  action error  mean      p95       max")
        for name, numbers in zip(result.dimensions, worst(result.errors), strict=True):
            print(f"  {name:12s}" + "".join(f"  {n:8.5f}" for n in numbers))
    for stage in ("prepare", "inference", "publish"):
        summary = result.latency.get(stage)
        if summary is not None:
            print(f"  {stage}: p50 {1000 * summary.p50_s:.2f} ms, p99 {1000 * summary.p99_s:.2f}")


def _episodes(path: Path) -> list[Episode]:
    if (path / EPISODE_FILE).is_file():
        return [Episode(path)]
    if (path / "metadata.yaml").is_file():
        raise AfilError(f"{path} is a bag without {EPISODE_FILE}; import it as an episode first")
    return list_episodes(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="replay",
        description="Run the deployed path on recorded episodes: how far its actions are from "
        "the demonstrator's, how long they take, and whether it sees what training reads. The "
        "exit code is 1 where it does not.",
    )
    parser.add_argument("bag", type=Path, help="an episode, or a dataset of them")
    parser.add_argument(
        "--checkpoint", type=Path, help="run or checkpoint; the newest finished run by default"
    )
    parser.add_argument("--interface", default="", help="command interface of the contract")
    parser.add_argument("--device", default="cpu", help="torch device")
    return parser


if __name__ == "__main__":
    sys.exit(main())
