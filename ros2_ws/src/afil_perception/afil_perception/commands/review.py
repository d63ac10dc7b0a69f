"""``ros2 run afil_perception review DATASET``: what perception made of a dataset, on one page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from afil_core.errors import run
from afil_core.process.stop_signals import StopSignals
from afil_perception.pipeline.corrections import CORRECTIONS_FILE
from afil_perception.pipeline.dataset import dataset_of
from afil_perception.review.page import PAGE_FILE, review_dataset, write_example


def _command() -> None:
    parser = argparse.ArgumentParser(
        prog="review", description="Show what perception made of a dataset, on one HTML page."
    )
    parser.add_argument(
        "dataset", type=Path, nargs="?", default=Path("demos"), help="folder (demos)"
    )
    parser.add_argument(
        "--output", type=Path, default=None, help=f"the page (DATASET/{PAGE_FILE})"
    )
    parser.add_argument(
        "--most", type=int, default=50, help="episodes shown with pictures (the 50 worst)"
    )
    arguments = parser.parse_args()
    with StopSignals(), tqdm(unit="episode", disable=not sys.stderr.isatty()) as bar:
        page, reviews = review_dataset(
            arguments.dataset, arguments.most, lambda name: _advance(bar, name)
        )
        dataset = dataset_of(arguments.dataset)
        place = arguments.output or dataset / PAGE_FILE
        page.write(place)
        write_example(dataset)
    suspicious = [review for review in reviews if review.reasons]
    for review in suspicious[:10]:
        print(f"{review.episode.path.name}: {review.reasons[0][1]}")
    print(
        f"{len(suspicious)} of {len(reviews)} episodes look suspicious; see {place}, correct them "
        f"in {dataset / CORRECTIONS_FILE}, and perceive again"
    )


def _advance(bar: tqdm, name: str) -> None:
    bar.set_postfix_str(name, refresh=False)
    bar.update()


def main() -> int:
    """Entry point of ``ros2 run afil_perception review``."""
    return run(_command)


if __name__ == "__main__":
    sys.exit(main())
