"""Command ``gym_contract``: write the contract of a Gymnasium environment."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from afil_core import schema, storage
from afil_core.contract import differences, load_contract
from afil_core.errors import AfilError, run


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    args = _parser().parse_args()
    # They bring OpenGL, which --help does not need.
    from afil_sim.environments import make_environment
    from afil_sim.running.gym_contract import gym_contract
    from afil_sim.worlds.gym import GymSetting

    options = schema.parse_yaml(args.options, "--options") if args.options else {}
    setting = schema.read(GymSetting, {"env": args.env, "options": options}, "the environment")
    environment = make_environment(setting.env, setting.options)
    environment.reset(0)
    if args.expert and not environment.has_expert:
        environment.expert_action()  # says so
    made = gym_contract(environment)
    environment.close()
    if args.output.exists():
        there = load_contract(str(args.output))
        lines = differences(there, made)
        if there.document.world != made.document.world:
            lines.append(f"world: {there.document.world} != {made.document.world}")
        # Who gives no options takes the contract as it was made or edited.
        if there.document.world.get("env") != args.env or (args.options and lines):
            raise AfilError(
                f"{args.output} is the contract of another environment ({lines[0]}); delete it, "
                f"or give another dataset"
            )
        print(f"there already: {args.output}", flush=True)
        return 0
    storage.write_text(args.output, made.to_yaml())
    print(f"contract of {args.env}: {args.output}", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gym_contract",
        description="Write the contract of a Gymnasium environment, made from its spaces.",
    )
    parser.add_argument("--env", required=True, help="id of the environment, e.g. Reacher-v5")
    parser.add_argument("--options", default="", help="YAML, e.g. '{cameras: [corner2]}'")
    parser.add_argument("--expert", action="store_true", help="it must have an expert")
    parser.add_argument(
        "--output", type=Path, default=Path("contract.yaml"), help="file; one that is there stays"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
