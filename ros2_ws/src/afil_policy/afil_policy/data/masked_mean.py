"""The mean over what is valid, the same on one device and on many."""

from __future__ import annotations

import torch.distributed
from torch import Tensor


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of the values whose mask is true.

    Where several processes share a batch, the count is that of the whole batch: the mean of the
    processes' means, which is what their gradients are averaged to, is then the mean over all
    samples, wherever the valid ones fell.

    Args:
        values: float32, of any shape.
        mask: bool or a number, broadcast to the values.

    Returns:
        A scalar; zero where nothing is valid.
    """
    weights = mask.to(values.dtype).expand_as(values)
    count = weights.sum()
    # Training alone shares its batches; validation and deployment have theirs to themselves.
    if torch.is_grad_enabled() and torch.distributed.is_initialized():
        torch.distributed.all_reduce(count)
        count = count / torch.distributed.get_world_size()
    return (values * weights).sum() / count.masked_fill(count == 0, 1.0)
