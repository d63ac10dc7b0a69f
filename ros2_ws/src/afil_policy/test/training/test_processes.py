"""Two processes that train together take the steps of one with the doubled batch."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from accelerate.state import AcceleratorState

from afil_core import schema
from afil_core.errors import AfilError
from afil_policy.data.cache import Cache, open_cache
from afil_policy.training.accelerator import new_accelerator
from afil_policy.training.config import TrainConfig
from afil_policy.training.peers import told_when_another_is_lost
from afil_policy.training.together import one_after_another, share_folder
from afil_policy.training.trainer import Trainer

PLAIN = {
    "data.horizon": 4,
    "augmentation.brightness": 0.0,
    "augmentation.contrast": 0.0,
    "optimizer.gradient_clip": 0.0,
    # So low that all steps see the same weights: AdamW makes last bits grow.
    "optimizer.learning_rate": 1e-12,
    "optimizer.weight_decay": 0.0,
    "optimizer.epochs": 2,
}


def configured(small: TrainConfig, method: str, batch_size: int) -> TrainConfig:
    changes = PLAIN | {"method": method, "optimizer.batch_size": batch_size}
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


def in_two_processes(work: Callable[[int], None], ends: tuple[int, int] = (0, 0)) -> None:
    """Do something as each of two processes that train together; ``ends`` as of waitpid."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    children = []
    for rank in range(2):
        child = os.fork()
        if child == 0:
            try:
                _join(rank, port)
                work(rank)
            except BaseException:  # noqa: BLE001  # a fork must not run the other tests
                os._exit(1)
            os._exit(0)
        children.append(child)
    assert tuple(os.waitpid(child, 0)[1] for child in children) == ends


def _join(rank: int, port: int) -> None:
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


needs_gloo = pytest.mark.skipif(
    not torch.distributed.is_gloo_available(), reason="torch has no gloo"
)


@needs_gloo
@pytest.mark.parametrize("method", ["autofocus", "bc", "gril"])
def test_two_processes_have_the_gradients_of_one_with_the_doubled_batch(
    dataset: Path, small: TrainConfig, tmp_path: Path, method: str
) -> None:
    config = configured(small, method, batch_size=10)
    cache = open_cache(dataset, config.data, tmp_path / "cache", needs_saliency=True)
    alone = gradients(config, cache, tmp_path / "alone")
    both = tmp_path / "both"
    both.mkdir()

    def train(rank: int) -> None:
        torch.save(gradients(configured(small, method, 5), cache, both), both / f"rank_{rank}.pt")

    in_two_processes(train)
    ranks = [torch.load(both / f"rank_{rank}.pt", weights_only=True) for rank in range(2)]
    assert alone.keys() == ranks[0].keys()
    for step, wanted in alone.items():
        assert all(map(torch.equal, ranks[0][step], ranks[1][step]))
        mine, theirs = (torch.cat([t.flatten() for t in g]) for g in (wanted, ranks[0][step]))
        error = float((mine - theirs).norm() / mine.norm())
        # Each validates its own share, in which the mask leaves out another number.
        assert error < (1e-6 if step > 0 else 1e-4), (step, error)


@needs_gloo
def test_two_processes_that_were_interrupted_end_with_the_same_weights(
    dataset: Path, small: TrainConfig, tmp_path: Path
) -> None:
    changes = {"method": "autofocus", "optimizer.batch_size": 1, "optimizer.epochs": 2}
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", changes)
    cache = open_cache(dataset, config.data, tmp_path / "cache", needs_saliency=True)

    def train(rank: int, folder: Path, stop_at: int) -> None:
        def stop(step: int) -> None:
            # One of them is told; they agree at a later step.
            if step == stop_at and rank == 1:
                signal.raise_signal(signal.SIGINT)

        trainer = Trainer(config, cache, folder, after_step=stop)
        try:
            torch.save(dict(trainer.run().weights), folder / f"rank_{rank}.pt")
        except KeyboardInterrupt:
            (folder / f"stopped_{rank}").touch()

    in_two_processes(lambda rank: train(rank, tmp_path / "whole", 0))
    in_two_processes(lambda rank: train(rank, tmp_path / "cut", 9))
    cut = tmp_path / "cut"
    assert {"resume.pt", "stopped_0", "stopped_1"} <= {p.name for p in cut.iterdir()}
    assert not (cut / "rank_0.pt").exists()
    in_two_processes(lambda rank: train(rank, cut, 0))
    whole, resumed = (
        torch.load(folder / "rank_0.pt", weights_only=True) for folder in (tmp_path / "whole", cut)
    )
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


@needs_gloo
@pytest.mark.parametrize("killed", [0, 1])
def test_where_one_of_two_is_killed_the_other_says_so_and_both_go_on_later(
    dataset: Path, small: TrainConfig, tmp_path: Path, killed: int
) -> None:
    changes = {"method": "autofocus", "optimizer.batch_size": 1, "optimizer.epochs": 1}
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", changes)
    cache = open_cache(dataset, config.data, tmp_path / "cache", needs_saliency=True)

    def train(rank: int, folder: Path, kill_at: int) -> None:
        def kill(step: int) -> None:
            if step == kill_at and rank == killed:
                os.kill(os.getpid(), signal.SIGKILL)

        accelerator = new_accelerator("fp32", "cpu")
        trainer = Trainer(
            config, cache, folder, accelerator=accelerator, save_every_s=0.0, after_step=kill
        )
        try:
            with told_when_another_is_lost(accelerator):
                torch.save(dict(trainer.run().weights), folder / f"rank_{rank}.pt")
        except AfilError as error:
            (folder / "said").write_text(str(error))

    in_two_processes(lambda rank: train(rank, tmp_path / "whole", 0))
    cut = tmp_path / "cut"
    ends = (signal.SIGKILL, 0) if killed == 0 else (0, signal.SIGKILL)
    begun = time.monotonic()
    in_two_processes(lambda rank: train(rank, cut, 19), ends)
    assert time.monotonic() - begun < 60
    assert "start all of them again with the same command" in (cut / "said").read_text()
    in_two_processes(lambda rank: train(rank, cut, 0))
    whole, resumed = (
        torch.load(folder / "rank_0.pt", weights_only=True) for folder in (tmp_path / "whole", cut)
    )
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


@needs_gloo
@pytest.mark.parametrize(
    ("identities", "shared", "claimable", "words"),
    [
        ("aa", True, True, ""),
        (
            "aa",
            False,
            True,
            "process 1 does not see what the first one wrote into runs;",
        ),
        ("ab", True, True, "process 1 has another configuration or other episodes"),
        ("aa", True, False, "somebody else's"),
    ],
)
def test_processes_that_cannot_share_a_run_all_end_with_the_same_sentence(
    tmp_path: Path, identities: str, shared: bool, claimable: bool, words: str
) -> None:
    def share(rank: int) -> None:
        machine = tmp_path / ("0" if shared else str(rank))
        # An older copy of the same run is no shared folder.
        (machine / "runs").mkdir(parents=True, exist_ok=True)
        os.chdir(machine)

        def claim() -> Path:
            if not claimable:
                raise AfilError("somebody else's")
            return Path("runs")

        accelerator = new_accelerator("fp32", "cpu")
        said = tmp_path / f"said_{rank}"
        try:
            said.write_text(f"shares {share_folder(accelerator, claim, identities[rank])}")
        except AfilError as error:
            said.write_text(str(error))

    in_two_processes(share)
    first, second = ((tmp_path / f"said_{rank}").read_text() for rank in range(2))
    assert first == second
    assert first.startswith(words or "shares runs")
    assert not list((tmp_path / "0" / "runs").iterdir())


@needs_gloo
def test_what_one_process_cannot_do_ends_them_all_and_nobody_waits(tmp_path: Path) -> None:
    def work(rank: int) -> None:
        def done() -> str:
            order.write_text(order.read_text() + str(rank))
            if rank == 1:
                raise AfilError("the disk is full")
            return "built"

        accelerator = new_accelerator("fp32", "cpu")
        backend = torch.distributed.group.WORLD._get_backend(torch.device("cpu"))
        # To build a cache takes long.
        assert backend.options._timeout.total_seconds() > 3600
        with pytest.raises(AfilError, match="the disk is full"):
            one_after_another(accelerator, done)

    order = tmp_path / "order"
    order.write_text("")
    in_two_processes(work)
    assert order.read_text() == "01"
