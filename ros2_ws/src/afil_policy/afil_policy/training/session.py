"""A run from its folder to its checkpoint: what ``train`` does with torch."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from accelerate import Accelerator

from afil_core import schema
from afil_core.errors import AfilError
from afil_core.process.allocator import keep_freed_memory
from afil_core.registry import Selection
from afil_policy.data.cache import Cache, open_cache
from afil_policy.training.accelerator import AUTO, new_accelerator
from afil_policy.training.checkpoint import load_checkpoint, save_checkpoint
from afil_policy.training.config import TrainConfig
from afil_policy.training.layout import FOLDER, RUNS
from afil_policy.training.loggers import Logger, RunFacts
from afil_policy.training.peers import told_when_another_is_lost
from afil_policy.training.runs import RunRecord, claim, claim_numbered, held, require_episodes_of
from afil_policy.training.together import one_after_another, share_folder
from afil_policy.training.trainer import Trainer, run_identity

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Session:
    """What is trained on what, and where that lies.

    Attributes:
        config: The configuration.
        datasets: Folders of episodes with their weights.
        loggers: Where the curves go.
        output: Folder of the run; None for the next numbered one.
        cache: Folder of the training cache; None for the one beside the run.
        workers: Processes or threads that load data; None for as many as pay.
        repeated: The run that is repeated or varied, if any.
        same_episodes: Whether it must be repeated on the episodes that it had.
    """

    config: TrainConfig
    datasets: Mapping[Path, float]
    loggers: list[Selection[Logger]]
    output: Path | None = None
    cache: Path | None = None
    workers: int | None = None
    repeated: RunRecord | None = None
    same_episodes: bool = False

    def run(self, device: str | None = None, threads: int | None = None) -> None:
        """Train, or go on, and write the checkpoint; logs on the way what it does.

        Args:
            device: A torch device; None for a GPU where there is one.
            threads: Processor threads; None for torch's choice.

        Raises:
            AfilError: When the data, the device or the folder of the run can't be used, or the
                GPU's memory is full.
        """
        accelerator = new_accelerator(self.config.training.precision, device or AUTO)
        if threads:
            torch.set_num_threads(threads)
        try:
            with told_when_another_is_lost(accelerator):
                self._run(accelerator)
        except torch.OutOfMemoryError as error:
            raise AfilError(_full(error)) from error
        finally:
            accelerator.end_training()

    def _run(self, accelerator: Accelerator) -> None:
        cache = one_after_another(accelerator, self._opened)
        record = self._record(cache, accelerator)
        output = share_folder(accelerator, partial(self._claimed, record), record.identity)
        if accelerator.is_main_process:
            for sentence in cache.left_out:
                _log.info(sentence)
            if self.repeated is not None and self.repeated.processes != record.processes:
                _log.info(
                    "the run that is repeated had %d process(es), and now there are %d, which "
                    "take other steps",
                    self.repeated.processes,
                    record.processes,
                )
            _log.info(_summary(self.config, cache))
        if (output / FOLDER).exists():
            load_checkpoint(output)
            if accelerator.is_main_process:
                _log.info("already trained: %s", output / FOLDER)
            return
        if accelerator.is_main_process:
            _log.info("run: %s", output)
        # Of several processes the first holds the folder for all.
        with held(output) if accelerator.is_main_process else nullcontext():
            self._train(accelerator, cache, output, record.identity)

    def _opened(self) -> Cache:
        needs = self.config.method.kind.needs(self.config.method.config)
        return open_cache(
            self.datasets,
            self.config.data,
            self.cache or (self.output.parent if self.output else RUNS) / "cache",
            needs_saliency=needs.saliency or needs.saliency_history,
            workers=self.workers,
        )

    def _train(self, accelerator: Accelerator, cache: Cache, output: Path, identity: str) -> None:
        config = self.config
        facts = RunFacts(output, schema.to_plain(config), _summary(config, cache), identity)
        told = (
            [logger.build(facts) for logger in self.loggers] if accelerator.is_main_process else []
        )
        keep_freed_memory()
        trainer = Trainer(
            config, cache, output, accelerator=accelerator, workers=self.workers, loggers=told
        )
        try:
            result = trainer.run()
        except KeyboardInterrupt:
            _log.info("stopped; the same command goes on from %s", output)
            raise
        if accelerator.is_main_process:
            checkpoint = trainer.checkpoint(output / FOLDER, result.rows[: result.epoch])
            save_checkpoint(checkpoint, result.weights)
            trainer.finish()
            _log.info("checkpoint written: %s", output / FOLDER)

    def _record(self, cache: Cache, accelerator: Accelerator) -> RunRecord:
        return RunRecord(
            identity=run_identity(self.config, cache),
            # From another working directory --from finds the same data.
            datasets={str(folder.resolve()): w for folder, w in self.datasets.items()},
            dataset_sha256=cache.dataset_sha256,
            config=self.config,
            processes=accelerator.num_processes,
        )

    def _claimed(self, record: RunRecord) -> Path:
        if self.repeated is not None and self.same_episodes:
            require_episodes_of(self.repeated, record)
        if self.output is None:
            return claim_numbered(RUNS, record, again=self.repeated is not None)
        claim(self.output, record)
        return self.output


def _full(error: torch.OutOfMemoryError) -> str:
    tried = ". ".join(" ".join(str(error).split()).split(". ")[:2])
    return (
        f"the GPU's memory is full ({tried}); lower optimizer.batch_size, data.height and "
        "data.width, or data.frames, or set training.precision to bf16. What was saved stays; "
        "with more memory the same command goes on"
    )


def _summary(config: TrainConfig, cache: Cache) -> str:
    mapped = cache.saliency_cameras
    maps = "without saliency maps"
    if mapped:
        which = "" if mapped == cache.cameras else f" of {', '.join(mapped)}"
        maps = f"with saliency maps{which} ({config.data.saliency.name})"
    return (
        f"{config.method.name}: {len(cache.shards)} episodes, {len(cache.actions)} steps, "
        f"{', '.join(cache.cameras)} at {config.data.height}x{config.data.width}, {maps}"
    )
