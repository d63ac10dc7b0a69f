"""Two processes that train together take the steps of one with the doubled batch."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
import torch
from accelerate.state import AcceleratorState

from afil_core import schema
from afil_policy.data.cache import Cache, open_cache
from afil_policy.training.config import TrainConfig
from afil_policy.training.trainer import Trainer

PLAIN = {
    "method": "autofocus",
    "data.horizon": 4,
    "augmentation.brightness": 0.0,
    "augmentation.contrast": 0.0,
    "optimizer.gradient_clip": 0.0,
    # So low that all steps see the same weights: AdamW makes last bits grow.
    "optimizer.learning_rate": 1e-12,
    "optimizer.weight_decay": 0.0,
    "optimizer.epochs": 2,
}


def configured(small: TrainConfig, batch_size: int) -> TrainConfig:
    changes = PLAIN | {"optimizer.batch_size": batch_size}
    return schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", changes)


def gradients(config: TrainConfig, cache: Cache, folder: Path) -> dict[int, list[torch.Tensor]]:
    """Gradients of every step, and the rows of the log under -1."""
    found: dict[int, list[torch.Tensor]] = {}

    def keep(step: int) -> None:
        parameters = trainer._method.parameters()
        found[step] = [p.grad.clone() for p in parameters if p.grad is not None]

    trainer = Trainer(config, cache, folder, after_step=keep)
    rows = trainer.run().rows
    found[-1] = [torch.tensor(list(row.values())) for row in rows]
    return found


def one_of_two(rank: int, port: int, config: TrainConfig, cache: Cache, folder: Path) -> None:
    os.environ |= {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": "2",
        "LOCAL_WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "OMP_NUM_THREADS": "1",
    }
    AcceleratorState._reset_state(reset_partial_state=True)
    found = gradients(config, cache, folder)
    torch.save(found, folder / f"rank_{rank}.pt")


@pytest.mark.skipif(not torch.distributed.is_gloo_available(), reason="torch has no gloo")
def test_two_processes_have_the_gradients_of_one_with_the_doubled_batch(
    dataset: Path, small: TrainConfig, tmp_path: Path
) -> None:
    config = configured(small, batch_size=10)
    cache = open_cache(dataset, config.data, tmp_path / "cache", needs_saliency=True)
    alone = gradients(config, cache, tmp_path / "alone")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    both = tmp_path / "both"
    both.mkdir()
    children = []
    for rank in range(2):
        child = os.fork()
        if child == 0:
            try:
                one_of_two(rank, port, configured(small, batch_size=5), cache, both)
            except BaseException:  # noqa: BLE001  # a fork must not run the other tests
                os._exit(1)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    ranks = [torch.load(both / f"rank_{rank}.pt", weights_only=True) for rank in range(2)]
    assert alone.keys() == ranks[0].keys()
    for step, wanted in alone.items():
        assert all(map(torch.equal, ranks[0][step], ranks[1][step]))
        mine, theirs = (torch.cat([t.flatten() for t in g]) for g in (wanted, ranks[0][step]))
        error = float((mine - theirs).norm() / mine.norm())
        # Each validates its own share, in which the mask leaves out another number.
        assert error < (1e-6 if step > 0 else 1e-4), (step, error)
