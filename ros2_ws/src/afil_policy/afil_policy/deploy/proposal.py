"""What a policy decided, as ``afil_interfaces/msg/ProposedAction``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from afil_core import messages
from afil_core.contract import Contract

TYPE = "afil_interfaces/msg/ProposedAction"


def encode_proposal(
    contract: Contract, stamp_ns: int, values: Sequence[float], *, sent: bool
) -> bytes:
    """CDR bytes of one decision.

    Args:
        contract: The robot's contract.
        stamp_ns: Stamp of the command.
        values: The limited action, in the contract's units.
        sent: Whether it is commanded.
    """
    message = messages.new(
        TYPE,
        header=messages.header(max(stamp_ns, 0), contract.base_frame),
        names=[d.name for d in contract.require_action().dimensions],
        values=np.asarray(values, dtype=np.float64),
        commanded=sent,
    )
    return messages.serialize(message)
