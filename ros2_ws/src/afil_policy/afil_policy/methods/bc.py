"""Behavior cloning."""

from __future__ import annotations

from afil_policy.methods.imitation import Imitation


class BehaviorCloning(Imitation):
    """The head's loss on what was demonstrated, e.g. L_BC = mean of (a - a_hat)^2.

    Source: Pomerleau, "ALVINN", NeurIPS 1988; the squared error is the baseline's loss in
    GABRIL (arXiv 2507.19647). Saliency is ignored.
    """
