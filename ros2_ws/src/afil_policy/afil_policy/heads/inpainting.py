"""How a chunk that is drawn from noise is made to begin with given actions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor


@contextlib.contextmanager
def gradients(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Compute with gradients where the caller has switched them off.

    Yields:
        The tensors, as such that gradients can be taken through.
    """
    with torch.inference_mode(False), torch.enable_grad():
        yield tuple(t.clone().detach() for t in tensors)


def pull(noisy: Tensor, predicted: Tensor, prefix: Tensor) -> Tensor:
    """Where a noisy chunk has to go for its clean one to begin with a prefix.

    (d predicted / d noisy)^T (prefix - predicted), zero error after the prefix. Through the
    network it moves the actions after the prefix, too, which is what makes the border smooth.
    Source: Song et al., "Pseudoinverse-Guided Diffusion Models" (ICLR 2023), as used by Black et
    al., "Real-Time Execution of Action Chunking Flow Policies" (arXiv 2506.07339).

    Args:
        noisy: float32 [B, H, D], which ``predicted`` was computed from.
        predicted: The clean chunk that the network sees in it, float32 [B, H, D].
        prefix: float32 [B, N, D], N at most H.

    Returns:
        float32 [B, H, D].
    """
    error = torch.zeros_like(predicted)
    count = prefix.shape[1]
    error[:, :count] = prefix - predicted[:, :count]
    return torch.autograd.grad(predicted, noisy, error.detach())[0]


def begun(chunk: Tensor, beginning: Tensor) -> Tensor:
    """A chunk [B, H, D] with other first actions [B, N, D]."""
    return torch.cat([beginning, chunk[:, beginning.shape[1] :]], dim=1)
