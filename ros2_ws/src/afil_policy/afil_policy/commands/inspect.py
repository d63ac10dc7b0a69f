"""Command ``inspect``: what a checkpoint is, was trained on, and needs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from afil_core import schema
from afil_core.errors import AfilError, run
from afil_core.report import Table
from afil_policy.training.layout import RUNS, WEIGHTS, find_checkpoint, newest_run

if TYPE_CHECKING:
    from afil_policy.data.normalization import Normalizer
    from afil_policy.training.checkpoint import Checkpoint


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    args = _parser().parse_args()
    folder = find_checkpoint(args.checkpoint or newest_run())
    # PyTorch takes seconds to load, and a folder that holds no checkpoint needs none.
    from afil_policy.training.checkpoint import load_checkpoint

    checkpoint = load_checkpoint(folder)
    described = describe(checkpoint)
    if args.json:
        print(json.dumps(described, indent=1))
        return 0
    print(f"checkpoint {checkpoint.path}\n")
    print(Table(("", ""), tuple((k, _text(v)) for k, v in described.items())).text().lstrip())
    for title, normalizer in (
        ("action", checkpoint.normalization.action),
        ("proprioception", checkpoint.normalization.proprioception),
    ):
        print(f"\n{_statistics(title, normalizer).text()}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="inspect", description="Show what a checkpoint is.", allow_abbrev=False
    )
    parser.add_argument(
        "checkpoint",
        type=Path,
        nargs="?",
        help=f"folder of a run or a checkpoint; default: the newest finished run of {RUNS}",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def describe(checkpoint: Checkpoint) -> dict[str, Any]:
    """What a checkpoint says of itself, plain data in the order in which it is shown."""
    config, facts, contract = checkpoint.config, checkpoint.training, checkpoint.contract
    transform = checkpoint.transform()
    action = contract.require_action()
    parameters, size = _weights(checkpoint.path / WEIGHTS)
    return {
        "method": _part(schema.to_plain(config)["method"]),
        "encoder": _part(schema.to_plain(config)["encoder"]),
        "pooling": _part(schema.to_plain(config)["pooling"]),
        "head": _part(schema.to_plain(config)["head"]),
        "weights": f"{parameters:,} numbers in {size / 1e6:.1f} MB",
        "robot": f"{contract.robot}, contract {contract.sha256[:12]}",
        "sees": [
            f"{name} {'x'.join(str(n) for n in camera.shape)}"
            for name, camera in transform.stored.items()
        ]
        + [name for name in transform.streams if name not in transform.cameras],
        "frames": config.data.frames,
        "decides": [dimension.name for dimension in action.dimensions],
        "horizon": config.data.horizon,
        "tasks": list(facts.tasks),
        "seed": facts.seed,
        "trained on": f"{facts.episodes} episodes, {facts.training_steps} steps, "
        f"dataset {facts.dataset_sha256[:12]}",
        "saliency": _part(schema.to_plain(config)["data"]["saliency"]),
        "epoch": facts.epoch,
        "losses": {name: round(v, 6) for name, v in facts.final.items() if name != "epoch"},
        "finished": facts.finished_at,
        "ran on": f"{facts.processes} x {facts.device}",
        "revision": facts.git_revision,
        "versions": facts.versions,
    }


def _weights(path: Path) -> tuple[int, int]:
    """How many numbers, and how many bytes."""
    count = 0
    try:
        with safe_open(path, framework="numpy") as file:
            for name in file.keys():  # noqa: SIM118  # it is no mapping
                size = 1
                for length in file.get_slice(name).get_shape():
                    size *= length
                count += size
        return count, path.stat().st_size
    except (OSError, SafetensorError) as error:
        raise AfilError(f"can't read the weights {path} ({error}); train again") from error


def _part(options: Mapping[str, Any]) -> str:
    rest = ", ".join(f"{name}: {value}" for name, value in options.items() if name != "name")
    return f"{options['name']} ({rest})" if rest else str(options["name"])


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {inner}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(str(inner) for inner in value)
    return "-" if value is None else str(value)


def _statistics(title: str, normalizer: Normalizer) -> Table:
    rows = zip(normalizer.names, normalizer.shift, normalizer.scale, strict=True)
    return Table(
        (title, "shift", "scale"),
        tuple((name, f"{shift:.4g}", f"{scale:.4g}") for name, shift, scale in rows),
    )


if __name__ == "__main__":
    sys.exit(main())
