"""The one place that knows accelerate: devices, precision, and processes that train together."""

from __future__ import annotations

from datetime import timedelta

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs, InitProcessGroupKwargs
from accelerate.state import AcceleratorState

from afil_core.errors import AfilError

AUTO = "auto"
# The others wait while the first process builds a cache; that one is lost is found at once.
_PATIENCE = timedelta(hours=6)
_PRECISION = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}


def new_accelerator(precision: str, device: str) -> Accelerator:
    """What puts a method on its device, and on several with ``torchrun`` or ``accelerate launch``.

    Args:
        precision: ``fp32``, ``bf16`` or ``fp16``.
        device: A torch device; ``auto`` for a GPU where there is one.

    Raises:
        AfilError: When the device can't be used, or has no such precision.
    """
    kind = usable_device(device)
    if precision == "fp16" and kind.type == "cpu":
        raise AfilError("training.precision fp16 needs a GPU; choose bf16 or fp32 on a processor")
    # A second run of this process may have another precision.
    AcceleratorState._reset_state()
    if kind.type == "cuda" and kind.index is not None:
        torch.cuda.set_device(kind)
    return Accelerator(
        mixed_precision=_PRECISION[precision],
        cpu=kind.type == "cpu",
        kwargs_handlers=[
            # A method may own networks that not every loss asks.
            DistributedDataParallelKwargs(find_unused_parameters=True),
            InitProcessGroupKwargs(timeout=_PATIENCE),
        ],
    )


def usable_device(name: str) -> torch.device:
    """A torch device that works here.

    Raises:
        AfilError: When it does not.
    """
    if name == AUTO:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.zeros(1, device=name).device if name != "cuda" else _first_gpu()
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise AfilError(f"--device {name} can't be used here ({reason}); try cpu") from error


def _first_gpu() -> torch.device:
    # Without an index, so that each of several processes takes its own.
    torch.zeros(1, device="cuda")
    return torch.device("cuda")
