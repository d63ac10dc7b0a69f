"""The training loop, the same for every method."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
import safetensors.torch
import torch
from accelerate import Accelerator
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from afil_core import schema
from afil_core.process.stop_signals import StopSignals
from afil_policy.data.batch import Batch
from afil_policy.data.batches import BatchSource, Share
from afil_policy.data.cache import Cache
from afil_policy.data.loader import LoaderOptions, worker_count
from afil_policy.data.normalization import Normalization
from afil_policy.data.split import split_by_episode
from afil_policy.methods.base import Losses, Method
from afil_policy.training.accelerator import new_accelerator
from afil_policy.training.agreement import Agreement
from afil_policy.training.checkpoint import Checkpoint, new_method, save_checkpoint
from afil_policy.training.config import TrainConfig
from afil_policy.training.describe import training_facts
from afil_policy.training.layout import BEST, FOLDERS, WEIGHTS
from afil_policy.training.log import write_losses
from afil_policy.training.loggers import EpochReport, Logger
from afil_policy.training.meter import Meter
from afil_policy.training.moments import Showcase
from afil_policy.training.optimizer import new_optimizer
from afil_policy.training.progress import TrainingProgress
from afil_policy.training.resume import RunState, load_state, put_back, remove_state, save_state
from afil_policy.training.selection import best_epoch, is_over, pretraining_epochs
from afil_policy.training.statistics import fit_normalization

# Seeds of several processes lie far apart: the golden ratio's share of all seeds.
_SPREAD = 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class Result:
    """A finished run.

    Attributes:
        weights: State of the method to deploy.
        normalization: Normalizers of what goes in and out.
        rows: The loss log, one row an epoch.
        training_steps: Steps of demonstrations that were trained on.
        epoch: The epoch whose weights these are, from 1.
    """

    weights: Mapping[str, Tensor]
    normalization: Normalization
    rows: list[dict[str, float]]
    training_steps: int
    epoch: int


class Trainer:
    """Fits a policy to a cache; can be interrupted at any step and resumed exactly.

    Args:
        config: The configuration.
        cache: The data.
        folder: Folder of the run: loss log and resume state.
        device: Torch device; ``auto`` for a GPU where there is one.
        accelerator: What the command made for all its processes; made here where it is None.
        workers: Processes that load batches; None for as many as pay.
        loggers: What is told of each epoch.
        save_every_s: Wall time between two resume states.
        after_step: Called after each step with the steps taken so far.

    Raises:
        AfilError: When the configuration does not fit the data or the device.
    """

    def __init__(
        self,
        config: TrainConfig,
        cache: Cache,
        folder: Path,
        *,
        device: str = "cpu",
        accelerator: Accelerator | None = None,
        workers: int | None = None,
        loggers: Sequence[Logger] = (),
        save_every_s: float = 30.0,
        after_step: Callable[[int], None] = lambda step: None,
    ) -> None:
        self._config, self._cache, self._folder = config, cache, folder
        self._loggers, self._save_every_s, self._after_step = loggers, save_every_s, after_step
        here = accelerator or new_accelerator(config.training.precision, device)
        self._accelerator, self._agreement = here, Agreement(here)
        self._identity = run_identity(config, cache)
        self._split = split_by_episode(cache, config.data.validation_fraction, config.seed)
        self._normalization = fit_normalization(config.data, cache, self._split.training)
        if workers is None:
            workers = worker_count(here.device.type, here.num_processes)
        seed_all(config.seed)
        method = new_method(config, cache.contract, cache.tasks).to(here.device)
        self._source = BatchSource(
            cache,
            config,
            self._normalization,
            config.method.kind.needs(config.method.config),
            share=Share(here.process_index, here.num_processes),
            options=LoaderOptions(workers, pinned=here.device.type == "cuda"),
            device=here.device,
            cells=method.cells(),
        )
        self._steps = self._source.steps_per_epoch(self._split.training)
        self._pretraining = pretraining_epochs(config, self._steps)
        self._method = method.to(memory_format=torch.channels_last)
        optimizer, self._schedule = new_optimizer(method, config.optimizer, self._steps)
        self._averaged: AveragedModel | None = None
        if config.optimizer.ema > 0:
            average = get_ema_multi_avg_fn(config.optimizer.ema)  # type: ignore[no-untyped-call]
            self._averaged = AveragedModel(method, multi_avg_fn=average)
            # The first update is a copy: the average begins with the weights before training.
            self._averaged.update_parameters(method)
        if config.training.compile:
            method.compile()
        self._model, self._optimizer = here.prepare(method, optimizer)

    def run(self) -> Result:
        """Train to the end, from the beginning or from where an earlier run stopped.

        Raises:
            KeyboardInterrupt: When stopped by a signal, after the resume state was saved.
            AfilError: When the loss is not finite, or the folder holds another run's state.
        """
        state = self._restored()
        meter = Meter(state.sums, state.batch)
        with ExitStack() as stack:
            progress, here = self._progress(state, stack), _Here()
            stop = stack.enter_context(StopSignals())
            stop.between_steps()
            epochs = self._config.optimizer.epochs
            batches = self._source.batches(self._split, state.epoch, state.batch, epochs)
            while not is_over(state.rows, self._config, self._pretraining):
                for batch in islice(batches, self._steps - state.batch):
                    step = state.epoch * self._steps + state.batch
                    meter.add(self._step(batch, step))
                    state.batch += 1
                    here.samples += len(batch.actions) * self._accelerator.num_processes
                    progress.advance(partial(self._detail, state.epoch, here, meter))
                    self._after_step(step + 1)
                    due = time.monotonic() - here.saved_s > self._save_every_s
                    stopped, due = self._agreement.any(step, stop.requested, due)
                    if stopped or due:
                        self._save(state, meter)
                        here.saved_s = time.monotonic()
                    if stopped:
                        raise KeyboardInterrupt
                self._end_epoch(state, meter, here, batches)
                state.epoch, state.batch, meter = state.epoch + 1, 0, Meter()
        return self._result(state.rows)

    def checkpoint(self, path: Path, rows: Sequence[Mapping[str, float]]) -> Checkpoint:
        """The checkpoint of the epoch of the last of some rows."""
        steps = len(self._split.training)
        return Checkpoint(
            path=path,
            config=self._config,
            contract=self._cache.contract,
            normalization=self._normalization,
            training=training_facts(self._config, self._cache, self._accelerator, rows[-1], steps),
        )

    def finish(self) -> None:
        """Remove the resume state, once the checkpoint is in its place."""
        remove_state(self._folder)

    def _step(self, batch: Batch, step: int) -> Losses:
        # What a method draws is a function of the step, so that a resumed run draws the same.
        whose = self._accelerator.process_index * _SPREAD
        seed_all(((self._config.seed << 32) + step + whose) % 2**64)
        self._method.train()
        losses: Losses = self._model(batch.to(self._accelerator.device))
        self._optimizer.zero_grad(set_to_none=True)
        self._accelerator.backward(losses.total)
        if self._config.optimizer.gradient_clip > 0:
            clip = self._config.optimizer.gradient_clip
            self._accelerator.clip_grad_norm_(self._method.parameters(), clip)
        self._optimizer.step()
        if not self._accelerator.optimizer_step_was_skipped:
            self._schedule.step()
        if self._averaged is not None:
            self._averaged.update_parameters(self._method)
        return losses

    def _end_epoch(
        self, state: RunState, meter: Meter, here: _Here, batches: Iterator[Batch]
    ) -> None:
        trained = self._agreement.mean(meter.means())
        held_out = self._agreement.mean(self._validate(batches))
        row = {"epoch": state.epoch + 1.0}
        row |= {f"train_{name}": mean for name, mean in trained.items()}
        row |= {f"validation_{name}": mean for name, mean in held_out.items()}
        state.rows.append(row)
        if not self._accelerator.is_main_process:
            return
        write_losses(self._folder, state.rows)
        training, epoch = self._config.training, len(state.rows)
        if training.keep == "best" and self._best(state.rows) == epoch:
            self._write(self._folder / FOLDERS / BEST, state.rows)
        if training.checkpoint_epochs and epoch % training.checkpoint_epochs == 0:
            self._write(self._folder / FOLDERS / f"epoch_{epoch:04d}", state.rows)
        showcase = Showcase(self._cache, self._source.transform, self._shown)
        rate = float(self._schedule.get_last_lr()[0])
        report = EpochReport(
            rows=state.rows,
            beside={"samples_per_s": here.rate, "learning_rate": rate},
            epochs=self._config.optimizer.epochs,
            finished=is_over(state.rows, self._config, self._pretraining),
            moments=showcase.of(self._deployed, self._accelerator.device),
        )
        for logger in self._loggers:
            logger.log(report)

    @torch.no_grad()
    def _validate(self, batches: Iterator[Batch]) -> dict[str, float]:
        deployed = self._deployed.eval()
        seed_all(self._config.seed)
        meter = Meter()
        for batch in islice(batches, self._source.held_out(self._split.validation)):
            with self._accelerator.autocast():
                meter.add(deployed(batch.to(self._accelerator.device)), len(batch.actions))
        return meter.means()

    def _restored(self) -> RunState:
        self._folder.mkdir(parents=True, exist_ok=True)
        processes = self._accelerator.num_processes
        state = load_state(self._folder, self._identity, processes)
        state = state or RunState(self._identity, processes)
        put_back(state, self._parts(), self._folder)
        return state

    def _save(self, state: RunState, meter: Meter) -> None:
        state.sums = self._agreement.mean(meter.sums())
        if self._accelerator.is_main_process:
            state.parts = {name: part.state_dict() for name, part in self._parts().items()}
            save_state(self._folder, state)

    def _parts(self) -> dict[str, Any]:
        parts = {
            "method": self._method,
            "optimizer": self._optimizer,
            "schedule": self._schedule,
            "averaged": self._averaged,
            "scaler": self._accelerator.scaler,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def _write(self, path: Path, rows: Sequence[Mapping[str, float]]) -> None:
        save_checkpoint(self.checkpoint(path, rows), self._deployed.state_dict())

    def _result(self, rows: list[dict[str, float]]) -> Result:
        weights: Mapping[str, Tensor] = self._deployed.state_dict()
        epoch = len(rows)
        if self._config.training.keep == "best":
            self._accelerator.wait_for_everyone()
            epoch = self._best(rows)
            weights = safetensors.torch.load_file(self._folder / FOLDERS / BEST / WEIGHTS)
        return Result(weights, self._normalization, rows, len(self._split.training), epoch)

    def _best(self, rows: Sequence[Mapping[str, float]]) -> int:
        return best_epoch(rows, self._pretraining)

    @property
    def _deployed(self) -> Method:
        return self._method if self._averaged is None else cast(Method, self._averaged.module)

    @property
    def _shown(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        return self._split.validation if len(self._split.validation) else self._split.training

    def _progress(self, state: RunState, stack: ExitStack) -> TrainingProgress:
        label, total = f"training {self._config.method.name}", self._config.optimizer.epochs
        done = state.epoch * self._steps + state.batch
        shown = self._accelerator.is_local_main_process
        progress = TrainingProgress(label, total * self._steps, done, shown=shown)
        stack.callback(progress.close)
        for logger in self._loggers:
            stack.callback(logger.close)
        return progress

    def _detail(self, epoch: int, here: _Here, meter: Meter) -> str:
        means = ", ".join(f"{name} {mean:.4f}" for name, mean in meter.means().items())
        epochs = self._config.optimizer.epochs
        return f"epoch {epoch + 1}/{epochs}, {here.rate:.0f} samples/s, {means}"


@dataclass
class _Here:
    """What this process has done, apart from those that it goes on from."""

    samples: int = 0
    begun_s: float = field(default_factory=time.monotonic)
    saved_s: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Samples a second."""
        return self.samples / (time.monotonic() - self.begun_s)


def seed_all(seed: int) -> None:
    """Set what any library may draw from."""
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


def run_identity(config: TrainConfig, cache: Cache) -> str:
    """Identity of a run: its configuration and its data."""
    text = f"{schema.to_yaml(config)}\n{cache.dataset_sha256}"
    return hashlib.sha256(text.encode()).hexdigest()
