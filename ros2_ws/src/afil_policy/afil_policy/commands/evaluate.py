"""Command ``evaluate``: seeded episodes of a deployed policy in its simulated world."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from afil_core.contract import Contract, load_contract
from afil_core.errors import run
from afil_core.process.ros2 import ros2_command
from afil_core.progress import Progress
from afil_core.world_protocol import simulation_environment
from afil_policy.deploy.preflight import check_deployment, robot_of_environment
from afil_policy.evaluation.film import Film
from afil_policy.evaluation.processes import ProcessGroup
from afil_policy.evaluation.results import (
    Results,
    Setting,
    begin_or_resume,
    save_results,
)
from afil_policy.evaluation.setting import read_setting
from afil_policy.nodes.evaluate_node import EvaluateNode, evaluate_node


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    args = _parser().parse_args()
    if args.env:
        args.robot = robot_of_environment(args.checkpoint, args.env)
    checkpoint = check_deployment(args.checkpoint, args.robot)
    setting = read_setting(
        checkpoint,
        robot=args.robot,
        task=args.task,
        cue=args.cue,
        first_seed=args.first_seed,
    )
    results = begin_or_resume(args.output, setting)
    if len(results.episodes) < args.episodes:
        results = _evaluate(args, setting, results)
    else:
        print(f"already evaluated: {args.output}", flush=True)
    print(f"{setting.method}, cue {setting.cue}: {results.sentence()}", flush=True)
    return 0


def _evaluate(args: argparse.Namespace, setting: Setting, results: Results) -> Results:
    contract = load_contract(args.robot).within(args.namespace)
    # Where the deployed system will be found.
    os.environ.update(simulation_environment())
    # The deployed system has to be ended before the context goes down.
    with evaluate_node(args.namespace) as node:
        if args.videos:
            node.watch(contract.stream(contract.anchor))
        node.require_quiet_network()
        log = args.output.with_suffix(".log")
        with ProcessGroup(_deployment(args, setting, results.next_seed), log) as system:
            return _episodes(args, node, system, results, contract)


def _episodes(
    args: argparse.Namespace,
    node: EvaluateNode,
    system: ProcessGroup,
    results: Results,
    contract: Contract,
) -> Results:
    label = f"evaluating {results.setting.method}, cue {results.setting.cue}"
    progress = Progress(label, args.episodes, done=len(results.episodes))
    node.wait_until_active(system.require_alive, args.start_timeout)
    films_due = args.videos - len(results.episodes)
    while len(results.episodes) < args.episodes:
        seed = results.next_seed
        film = Film(args.output, seed, contract.control_rate_hz) if films_due > 0 else None
        watch = node.run_episode(seed, system.require_alive, args.episode_timeout, film)
        assert watch.result is not None
        results = results.with_episode(watch.result).in_task(watch.task)
        save_results(args.output, results)
        if film is not None:
            films_due -= _ended(film, seed, contract.stream(contract.anchor).topic)
        verdict = "success" if watch.result.success else "failure"
        so_far = f"{results.successes}/{len(results.episodes)} successes"
        if results.has_scores:
            so_far += f", mean score {results.score_sentence()}"
        progress.advance(detail=f"seed {seed} {verdict}, {watch.result.steps} steps, {so_far}")
    return results


def _ended(film: Film, seed: int, topic: str) -> bool:
    """End a film; whether there is one."""
    if film.close():
        return True
    print(
        f"no film of seed {seed}: no image of {topic} came here while it ran; "
        f"the next episode is filmed in its place",
        flush=True,
    )
    return False


def _deployment(args: argparse.Namespace, setting: Setting, first_seed: int) -> list[str]:
    command = [ros2_command(), "launch", "afil_policy", "deploy.launch.py"]
    values = {
        "checkpoint": setting.checkpoint,
        "robot": setting.robot,
        "namespace": args.namespace,
        "sim": "true",
        "task": setting.task,
        "cue": setting.cue,
        "mode": "lock_step",
        "auto_reset": "false",
        "max_steps": str(args.max_steps),
        "first_seed": str(first_seed),
        "device": args.device,
    }
    # launch refuses an argument without a value; the world has a task of its own.
    return [*command, *(f"{k}:={v}" for k, v in values.items() if v)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evaluate",
        description="Run seeded episodes of a deployed policy in its simulated world.",
    )
    parser.add_argument("--checkpoint", required=True, help="folder that train wrote")
    parser.add_argument(
        "--output", type=Path, required=True, help="results.json; resumed if there"
    )
    parser.add_argument("--robot", default="franka", help="robot contract: name or YAML path")
    parser.add_argument(
        "--env", default="", help="Gymnasium environment that is the robot (--robot gym)"
    )
    parser.add_argument("--namespace", default="", help="namespace of policy and world")
    parser.add_argument("--task", default="", help="task of the world; the robot's usual one")
    parser.add_argument("--cue", default="none", help="confounding cue of the world")
    parser.add_argument("--episodes", type=int, default=20, help="number of episodes")
    parser.add_argument(
        "--max-steps", type=int, default=0, help="longest episode; 0: the task's own"
    )
    parser.add_argument(
        "--videos", type=int, default=0, help="film so many episodes, beside the output"
    )
    parser.add_argument("--first-seed", type=int, default=1000, help="seed of the first episode")
    parser.add_argument("--device", default="cpu", help="torch device of the policy node")
    parser.add_argument("--start-timeout", type=float, default=120.0, metavar="S")
    parser.add_argument("--episode-timeout", type=float, default=120.0, metavar="S")
    return parser


if __name__ == "__main__":
    sys.exit(main())
