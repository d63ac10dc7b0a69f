"""Statistics of success counts."""

from __future__ import annotations

import math
from statistics import NormalDist

from afil_core.errors import AfilError


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of a success rate.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
    Inference", JASA 22 (1927): (p + z^2/2n ± z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n).

    Args:
        successes: Number of successes, 0 to ``n``.
        n: Number of trials, at least 1.
        confidence: Two-sided confidence level in (0, 1).

    Returns:
        Lower and upper bound, both in [0, 1].

    Raises:
        AfilError: When the counts or the level make no sense.
    """
    if n < 1 or not 0 <= successes <= n or not 0 < confidence < 1:
        raise AfilError(
            f"a Wilson interval needs 0 <= successes <= n, n >= 1 and 0 < confidence < 1, "
            f"got successes={successes}, n={n}, confidence={confidence}"
        )
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p = successes / n
    centre = p + z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At p = 0 and p = 1 the bound is exact; floating point would miss it by an ulp.
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return low, high
