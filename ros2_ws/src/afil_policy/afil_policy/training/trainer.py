"""The training loop, the same for every method."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from afil_core import schema
from afil_core.process.stop_signals import StopSignals
from afil_core.progress import Progress
from afil_policy.data.batch import Batch
from afil_policy.data.batches import BatchSource, split_by_episode
from afil_policy.data.cache import Cache
from afil_policy.data.normalization import Normalization, fit_actions, fit_inputs
from afil_policy.data.transforms import ObservationTransform
from afil_policy.methods import Losses
from afil_policy.training.checkpoint import new_method
from afil_policy.training.config import TrainConfig
from afil_policy.training.log import Meter, write_losses
from afil_policy.training.optimizer import new_optimizer
from afil_policy.training.resume import RunState, load_state, remove_state, save_state

_LINE_EVERY_S = 5.0


@dataclass(frozen=True)
class Result:
    """A finished run.

    Attributes:
        weights: State of the method to deploy (the averaged one, if there is one).
        normalization: Normalizers of what goes in and out.
        rows: The loss log, one row an epoch.
        training_steps: Steps of demonstrations that were trained on.
    """

    weights: Mapping[str, Tensor]
    normalization: Normalization
    rows: list[dict[str, float]]
    training_steps: int


class Trainer:
    """Fits a policy to a cache; can be interrupted at any step and resumed exactly.

    Args:
        config: The configuration.
        cache: The data.
        folder: Folder of the run: loss log and resume state.
        device: Torch device.
        save_every_s: Wall time between two resume states.
        after_step: Called after each step with the steps taken so far.

    Raises:
        AfilError: When the configuration does not fit the data.
    """

    def __init__(
        self,
        config: TrainConfig,
        cache: Cache,
        folder: Path,
        *,
        device: str = "cpu",
        save_every_s: float = 30.0,
        after_step: Callable[[int], None] = lambda step: None,
    ) -> None:
        self._config = config
        self._folder = folder
        self._device = device
        self._save_every_s = save_every_s
        self._after_step = after_step
        self._identity = run_identity(config, cache)
        self._split = split_by_episode(cache, config.data.validation_fraction, config.seed)
        self._normalization = _fitted(config, cache, self._split.training)
        self._source = BatchSource(
            cache, config, self._normalization, with_saliency=config.method.kind.needs_saliency
        )
        self._steps = self._source.steps_per_epoch(self._split.training)
        torch.manual_seed(config.seed)
        method = new_method(config, cache.contract).to(device)
        self._method = method.to(memory_format=torch.channels_last)
        self._optimizer, self._schedule = new_optimizer(method, config.optimizer, self._steps)
        self._averaged: AveragedModel | None = None
        if config.optimizer.ema > 0:
            average = get_ema_multi_avg_fn(config.optimizer.ema)  # type: ignore[no-untyped-call]
            self._averaged = AveragedModel(method, multi_avg_fn=average)
            # The first update is a copy: the average begins with the weights before training.
            self._averaged.update_parameters(method)

    def run(self) -> Result:
        """Train to the end, from the beginning or from where an earlier run stopped.

        Raises:
            KeyboardInterrupt: When stopped by a signal, after the resume state was saved.
            AfilError: When the loss is not finite, or the folder holds another run's state.
        """
        state = self._restored()
        meter = Meter(state.sums, state.batch)
        epochs, here = self._config.optimizer.epochs, _Here()
        progress = Progress(
            f"training {self._config.method.name}",
            epochs * self._steps,
            interval_s=_LINE_EVERY_S,
            done=state.epoch * self._steps + state.batch,
        )
        with StopSignals() as stop:
            stop.between_steps()
            while state.epoch < epochs:
                train = self._source.training(self._split.training, state.epoch, state.batch)
                for batch in train:
                    step = state.epoch * self._steps + state.batch
                    meter.add(self._step(batch, step))
                    state.batch += 1
                    here.samples += len(batch.actions)
                    progress.advance(detail=partial(self._detail, state.epoch, here, meter))
                    self._after_step(step + 1)
                    if stop.requested or time.monotonic() - here.saved_s > self._save_every_s:
                        self._save(state, meter)
                        here.saved_s = time.monotonic()
                    if stop.requested:
                        raise KeyboardInterrupt
                row = {"epoch": state.epoch + 1.0}
                row |= {f"train_{name}": mean for name, mean in meter.means().items()}
                row |= {f"validation_{name}": mean for name, mean in self._validate().items()}
                state.rows.append(row)
                write_losses(self._folder, state.rows)
                state.epoch, state.batch, meter = state.epoch + 1, 0, Meter()
        best = self._method if self._averaged is None else self._averaged.module
        steps = len(self._split.training)
        return Result(best.state_dict(), self._normalization, state.rows, steps)

    def finish(self) -> None:
        """Remove the resume state, once the checkpoint is in its place."""
        remove_state(self._folder)

    def _step(self, batch: Batch, step: int) -> Losses:
        # What a method draws is a function of the step, so that a resumed run draws the same.
        torch.manual_seed((self._config.seed << 32) + step)
        self._method.train()
        losses: Losses = self._method(batch.to(self._device))
        self._optimizer.zero_grad(set_to_none=True)
        losses.total.backward()  # type: ignore[no-untyped-call]
        if self._config.optimizer.gradient_clip > 0:
            clip_grad_norm_(self._method.parameters(), self._config.optimizer.gradient_clip)
        self._optimizer.step()
        self._schedule.step()
        if self._averaged is not None:
            self._averaged.update_parameters(self._method)
        return losses

    @torch.no_grad()
    def _validate(self) -> dict[str, float]:
        self._method.eval()
        torch.manual_seed(self._config.seed)
        meter = Meter()
        for batch in self._source.validation(self._split.validation):
            meter.add(self._method(batch.to(self._device)), len(batch.actions))
        return meter.means()

    def _restored(self) -> RunState:
        self._folder.mkdir(parents=True, exist_ok=True)
        state = load_state(self._folder, self._identity) or RunState(self._identity)
        for name, part in state.parts.items():
            self._parts()[name].load_state_dict(part)
        return state

    def _save(self, state: RunState, meter: Meter) -> None:
        state.parts = {name: part.state_dict() for name, part in self._parts().items()}
        state.sums = meter.sums()
        save_state(self._folder, state)

    def _parts(self) -> dict[str, Any]:
        parts = {
            "method": self._method,
            "optimizer": self._optimizer,
            "schedule": self._schedule,
            "averaged": self._averaged,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def _detail(self, epoch: int, here: _Here, meter: Meter) -> str:
        rate = here.samples / (time.monotonic() - here.begun_s)
        means = ", ".join(f"{name} {mean:.4f}" for name, mean in meter.means().items())
        return f"epoch {epoch + 1}/{self._config.optimizer.epochs}, {rate:.0f} samples/s, {means}"


@dataclass
class _Here:
    """What this process has done, apart from those that it goes on from."""

    samples: int = 0
    begun_s: float = field(default_factory=time.monotonic)
    saved_s: float = field(default_factory=time.monotonic)


def run_identity(config: TrainConfig, cache: Cache) -> str:
    """Identity of a run: its configuration and its data."""
    text = f"{schema.to_yaml(config)}\n{cache.dataset_sha256}"
    return hashlib.sha256(text.encode()).hexdigest()


def _fitted(config: TrainConfig, cache: Cache, train: NDArray[np.int64]) -> Normalization:
    labels = ObservationTransform(config.data, cache.contract).labels
    action = cache.contract.action
    names = [d.name for d in action.dimensions] if action else []
    kind = config.data.action_normalization
    return Normalization(
        proprioception=fit_inputs(cache.proprioception[train], labels),
        action=fit_actions(cache.actions[train], names, kind),
    )
