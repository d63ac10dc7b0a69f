"""Control: attentive pooling, and no label."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from afil_policy.methods.imitation import Imitation
from afil_policy.methods.part import Part
from afil_policy.methods.spec import Spec
from afil_policy.pooling import POOLING

_ATTENTIVE = "attentive"


class AttentivePooling(Part):
    """L = L_BC, with learned queries that pick out of the feature map what they need.

    Source: Attentive Feature Aggregation (arXiv 2511.10762). The control for everything that
    needs labels: does saliency add to what attention finds by itself? Whatever pooling the
    configuration chose gives way to ``attentive``; chosen there, it keeps its options.
    """

    @classmethod
    def adapted(cls, spec: Spec) -> Spec:
        """The same with attentive pooling."""
        if spec.pooling.name == _ATTENTIVE:
            return spec
        return replace(spec, pooling=POOLING.select(_ATTENTIVE))


class Afa(Imitation):
    """See :class:`AttentivePooling`."""

    part: ClassVar[type[Part]] = AttentivePooling

    Config = AttentivePooling.Config
