"""The training loop, the same for every method."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from afil_core.errors import AfilError
from afil_core.process.stop_signals import StopSignals
from afil_core.progress import Progress
from afil_policy.config import TrainConfig
from afil_policy.data.batches import BatchSource, split_by_episode
from afil_policy.data.cache import Cache
from afil_policy.data.normalisation import Normaliser, fit_actions, fit_inputs
from afil_policy.data.transforms import ObservationTransform
from afil_policy.methods import Batch, Losses, build_method
from afil_policy.training.checkpoint import new_model
from afil_policy.training.log import write_losses
from afil_policy.training.resume import RunState, load_state, remove_state, save_state
from afil_policy.training.schedule import learning_rate


@dataclass(frozen=True)
class Result:
    """A finished run.

    Attributes:
        weights: State of the network to deploy (the averaged one, if there is one).
        proprioception: Normaliser of the encoded proprioception.
        actions: Normaliser of the actions.
        rows: The loss log, one row an epoch.
        training_steps: Steps of demonstrations that were trained on.
    """

    weights: Mapping[str, Tensor]
    proprioception: Normaliser
    actions: Normaliser
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
        self._method = build_method(config)
        self._identity = run_identity(config, cache)
        self._split = split_by_episode(cache, config.data.validation_fraction, config.seed)
        train = self._split.training
        self._proprioception = fit_inputs(cache.proprioception[train])
        self._actions = fit_actions(cache.actions[train], config.data.action_normalisation)
        transform = ObservationTransform(config.data, cache.contract, self._proprioception)
        self._source = BatchSource(
            cache, config, transform, self._actions, with_saliency=self._method.needs_saliency
        )
        torch.manual_seed(config.seed)
        self._model = new_model(config, cache.contract).to(device)
        self._model = self._model.to(memory_format=torch.channels_last)
        self._optimiser = torch.optim.AdamW(
            self._model.parameters(),
            lr=config.optimisation.learning_rate,
            weight_decay=config.optimisation.weight_decay,
        )

    def run(self) -> Result:
        """Train to the end, from the beginning or from where an earlier run stopped.

        Raises:
            KeyboardInterrupt: When stopped by a signal, after the resume state was saved.
            AfilError: When the loss is not finite, or the folder holds another run's state.
        """
        state = load_state(self._folder, self._identity) or self._fresh_state()
        self._model.load_state_dict(state.model)
        self._optimiser.load_state_dict(state.optimiser)
        steps = self._source.steps_per_epoch(self._split.training)
        epochs = self._config.optimisation.epochs
        done = state.epoch * steps + state.batch
        progress = Progress(
            f"training {self._config.method}", epochs * steps, interval_s=5.0, done=done
        )
        with StopSignals() as stop:
            stop.between_steps()
            while state.epoch < epochs:
                self._train_epoch(state, steps, progress, stop)
                self._finish_epoch(state, steps)
        weights = state.averaged or self._model.state_dict()
        write_losses(self._folder, state.rows)
        return Result(
            weights, self._proprioception, self._actions, state.rows, len(self._split.training)
        )

    def finish(self) -> None:
        """Remove the resume state, once the checkpoint is in its place."""
        remove_state(self._folder)

    def _train_epoch(
        self, state: RunState, steps: int, progress: Progress, stop: StopSignals
    ) -> None:
        saved = time.monotonic()
        begun, first = saved, state.batch
        for batch in self._source.training(self._split.training, state.epoch, state.batch):
            losses = self._step(batch, state.epoch * steps + state.batch, steps)
            for name, value in {"loss": losses.total, **losses.terms}.items():
                state.sums[name] = state.sums.get(name, 0.0) + float(value.detach())
            self._average(state)
            state.batch += 1
            rate = (state.batch - first) * len(batch.actions) / (time.monotonic() - begun)
            means = ", ".join(f"{k} {v / state.batch:.4f}" for k, v in state.sums.items())
            epoch = f"epoch {state.epoch + 1}/{self._config.optimisation.epochs}"
            progress.advance(detail=f"{epoch}, {rate:.0f} samples/s, {means}")
            self._after_step(state.epoch * steps + state.batch)
            if stop.requested:
                self._save(state)
                print(f"stopped; the same command goes on from {self._folder}", flush=True)
                raise KeyboardInterrupt
            if time.monotonic() - saved > self._save_every_s:
                self._save(state)
                saved = time.monotonic()

    def _step(self, batch: Batch, step: int, steps: int) -> Losses:
        config = self._config.optimisation
        rate = learning_rate(config, step, steps)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._model.train()
        losses = self._method.losses(self._model, self._to_device(batch))
        if not torch.isfinite(losses.total):
            raise AfilError(
                f"the training loss is not finite at step {step + 1}; lower "
                "optimisation.learning_rate or set optimisation.gradient_clip"
            )
        self._optimiser.zero_grad(set_to_none=True)
        losses.total.backward()  # type: ignore[no-untyped-call]
        if config.gradient_clip > 0:
            torch.nn.utils.clip_grad_norm_(self._model.parameters(), config.gradient_clip)
        self._optimiser.step()
        return losses

    def _average(self, state: RunState) -> None:
        decay = self._config.optimisation.ema
        if decay == 0:
            return
        with torch.no_grad():
            for name, tensor in self._model.state_dict().items():
                state.averaged[name].lerp_(tensor, 1 - decay)

    def _finish_epoch(self, state: RunState, steps: int) -> None:
        row = {"epoch": float(state.epoch + 1)}
        row |= {f"train_{name}": total / steps for name, total in state.sums.items()}
        row |= {f"validation_{name}": value for name, value in self._validate().items()}
        state.rows.append(row)
        state.epoch, state.batch, state.sums = state.epoch + 1, 0, {}
        write_losses(self._folder, state.rows)

    @torch.no_grad()
    def _validate(self) -> dict[str, float]:
        self._model.eval()
        sums: dict[str, float] = {}
        count = len(self._split.validation)
        for batch in self._source.validation(self._split.validation):
            losses = self._method.losses(self._model, self._to_device(batch))
            for name, value in {"loss": losses.total, **losses.terms}.items():
                sums[name] = sums.get(name, 0.0) + float(value) * len(batch.actions) / count
        return sums

    def _fresh_state(self) -> RunState:
        self._folder.mkdir(parents=True, exist_ok=True)
        averaged = self._model.state_dict() if self._config.optimisation.ema > 0 else {}
        return RunState(
            identity=self._identity,
            model=self._model.state_dict(),
            optimiser=self._optimiser.state_dict(),
            averaged={name: tensor.clone() for name, tensor in averaged.items()},
        )

    def _save(self, state: RunState) -> None:
        state.model = self._model.state_dict()
        state.optimiser = self._optimiser.state_dict()
        save_state(self._folder, state)

    def _to_device(self, batch: Batch) -> Batch:
        if self._device == "cpu":
            return batch
        saliency = None if batch.saliency is None else batch.saliency.to(self._device)
        return Batch(
            batch.images.to(self._device),
            batch.proprioception.to(self._device),
            batch.actions.to(self._device),
            saliency,
        )


def run_identity(config: TrainConfig, cache: Cache) -> str:
    """Identity of a run: its configuration and its data."""
    text = f"{config.to_yaml()}\n{cache.dataset_sha256}"
    return hashlib.sha256(text.encode()).hexdigest()
