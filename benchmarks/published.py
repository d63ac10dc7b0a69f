"""What the papers' tables say, and the two numbers that their abstracts make of them.

``python -m benchmarks.published`` prints the table with both. Scores are driving scores in
percent on CARLA, in the order original seen, original unseen, confounded seen, confounded unseen
(project page of AutoFocus-IL, arXiv 2511.18617); successes are of 10 on the arm.
"""

from __future__ import annotations

import sys

DRIVING: dict[str, tuple[float, float, float, float]] = {
    "bc": (47.83, 12.20, 32.77, 8.83),
    "gmd": (39.46, 11.87, 32.51, 9.19),
    "visarl": (44.52, 9.96, 35.57, 15.26),
    "gril": (50.08, 21.93, 44.31, 16.62),
    "agil": (53.89, 28.71, 33.90, 21.87),
    "gabril+gmd": (42.34, 22.43, 38.08, 12.60),
    "gabril": (55.23, 19.94, 40.66, 19.72),
    "autofocus": (62.36, 30.17, 44.73, 26.76),
}
# Task: successes of AutoFocus-IL and of behavior cloning.
ARM: dict[str, tuple[int, int]] = {
    "lift carrot": (7, 5),
    "lift carrot, confounded": (7, 1),
    "pull pot": (8, 2),
    "pull pot, confounded": (6, 0),
}
_TRIALS = 10


def relative_gain(method: str) -> float:
    """Mean over the four settings of (score - BC's score) / BC's score, in percent."""
    pairs = zip(DRIVING[method], DRIVING["bc"], strict=True)
    return 100 * sum(score / floor - 1 for score, floor in pairs) / len(DRIVING["bc"])


def success_gain() -> float:
    """Successes of AutoFocus-IL less those of behavior cloning, in percentage points."""
    gained = sum(mine - floor for mine, floor in ARM.values())
    return 100 * gained / (_TRIALS * len(ARM))


def main() -> int:
    """Entry point."""
    for method, scores in DRIVING.items():
        cells = "  ".join(f"{score:6.2f}" for score in scores)
        print(
            f"{method:12s} {cells}  mean {sum(scores) / 4:6.2f}  {relative_gain(method):+7.1f} %"
        )
    print(f"arm: {success_gain():+.0f} points over bc")
    return 0


if __name__ == "__main__":
    sys.exit(main())
