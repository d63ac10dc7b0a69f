"""``ros2 run afil_perception perceive``: write the saliency sidecars of a dataset, without ROS."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from afil_core.errors import AfilError, run
from afil_core.process.arguments import renamed
from afil_core.process.stop_signals import StopSignals


def _arguments() -> argparse.Namespace:
    # Here and below: what takes a second to load is loaded where Ctrl-C is a word, no traceback.
    from afil_core.process.parameters import describe
    from afil_perception.pipeline.parameters import PerceiveParameters
    from afil_perception.vlm.prompt import shipped_prompts

    parser = argparse.ArgumentParser(
        prog="perceive", description="Write the key objects and saliency maps of a dataset."
    )
    for parameter in describe(PerceiveParameters):
        if parameter.name != "publish":  # there is no ROS here
            parser.add_argument(
                f"--{parameter.name}",
                default=parameter.text,
                help=f"{parameter.description} (default: {parameter.text or 'none'})",
            )
    renamed(parser, "--demos", "--dataset")
    parser.add_argument(
        "--why", action="store_true", help="say which episodes would be perceived, and why"
    )
    parser.add_argument(
        "--prompt",
        metavar="NAME",
        default="",
        help=f"print a shipped prompt, to begin one of your own: {', '.join(shipped_prompts())}",
    )
    parser.add_argument(
        "overrides", nargs="*", metavar="key=value", help="e.g. saliency.alpha=0.5"
    )
    return parser.parse_args()


def _command() -> None:
    arguments = _arguments()
    from afil_core.process.parameters import read_texts
    from afil_core.schema import parse_overrides
    from afil_perception.pipeline.cache import CACHE_FOLDER, StageCache
    from afil_perception.pipeline.config import load_config
    from afil_perception.pipeline.dataset import dataset_of, perceive_dataset, survey
    from afil_perception.pipeline.parameters import PerceiveParameters
    from afil_perception.pipeline.pipeline import Pipeline
    from afil_perception.pipeline.state import stages_due
    from afil_perception.vlm.prompt import shipped_prompt

    if arguments.prompt:
        print(shipped_prompt(arguments.prompt), end="")
        return
    with StopSignals() as signals:
        texts = {k: v for k, v in vars(arguments).items() if isinstance(v, str)}
        given = read_texts(PerceiveParameters, texts, "the command line")
        dataset = Path(given.dataset)
        config = load_config(given.config or None, parse_overrides(arguments.overrides))
        how = given.how()
        if arguments.why:
            cache = StageCache(dataset_of(dataset) / CACHE_FOLDER)
            pipeline = Pipeline(config, cache)
            found = survey(dataset, pipeline)
            print("\n".join([*found.lines(), *pipeline.choice_lines()]))
            try:
                pipeline.require(stages_due(found.due, cache))
            except AfilError as error:
                print(f"here it can't be done: {error}")
            return
        # Between two frames, in this process; other engines are told when they are closed.
        is_here = how.engine.kind.calls_back
        report = perceive_dataset(
            dataset,
            config,
            (lambda *_: signals.check()) if is_here else None,
            _say,
            _warn,
            how,
            _Bar if sys.stderr.isatty() else None,
        )
    print(report.summary)
    report.raise_failures()


class _Bar:
    """A progress bar, where somebody looks at it."""

    def __init__(self, total: int) -> None:
        self._bar = tqdm(total=total, desc="perceived", unit="episode", dynamic_ncols=True)

    def advance(self, units: int = 1, detail: str = "") -> None:
        self._bar.set_postfix_str(detail, refresh=False)
        self._bar.update(units)
        if self._bar.n >= (self._bar.total or 0):
            self._bar.close()


def _say(line: str) -> None:
    tqdm.write(line, file=sys.stdout)
    sys.stdout.flush()


def _warn(sentence: str) -> None:
    tqdm.write(f"warning: {sentence}", file=sys.stderr)
    sys.stderr.flush()


def main() -> int:
    """Entry point of ``ros2 run afil_perception perceive``."""
    return run(_command)


if __name__ == "__main__":
    sys.exit(main())
