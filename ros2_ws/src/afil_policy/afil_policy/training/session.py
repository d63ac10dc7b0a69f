"""A run from its folder to its checkpoint: what ``train`` does with torch."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list

from afil_core import schema
from afil_core.process.allocator import keep_freed_memory
from afil_core.registry import Selection
from afil_policy.data.cache import Cache, open_cache
from afil_policy.training.accelerator import AUTO, new_accelerator
from afil_policy.training.checkpoint import load_checkpoint, save_checkpoint
from afil_policy.training.config import TrainConfig
from afil_policy.training.layout import FOLDER, RUNS
from afil_policy.training.loggers import Logger, RunFacts
from afil_policy.training.peers import told_when_another_is_lost
from afil_policy.training.runs import RunRecord, claim, claim_numbered, held
from afil_policy.training.trainer import Trainer, run_identity


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
    """

    config: TrainConfig
    datasets: Mapping[Path, float]
    loggers: list[Selection[Logger]]
    output: Path | None = None
    cache: Path | None = None
    workers: int | None = None

    def run(self, device: str | None = None, threads: int | None = None) -> None:
        """Train, or go on, and write the checkpoint; says on the way what it does.

        Args:
            device: A torch device; None for a GPU where there is one.
            threads: Processor threads; None for torch's choice.

        Raises:
            AfilError: When the data, the device or the folder of the run can't be used.
        """
        accelerator = new_accelerator(self.config.training.precision, device or AUTO)
        if threads:
            torch.set_num_threads(threads)
        try:
            with told_when_another_is_lost(accelerator):
                self._run(accelerator)
        finally:
            accelerator.end_training()

    def _run(self, accelerator: Accelerator) -> None:
        config = self.config
        needs = config.method.kind.needs(config.method.config)
        cache_root = self.cache or (self.output.parent if self.output else RUNS) / "cache"
        # Of several processes the first reads what is missing; the others find it done.
        with accelerator.local_main_process_first():
            cache = open_cache(
                self.datasets,
                config.data,
                cache_root,
                needs_saliency=needs.saliency or needs.saliency_history,
                workers=self.workers,
            )
        output = self._claimed(cache, accelerator)
        if accelerator.is_main_process:
            for sentence in cache.left_out:
                print(sentence)
            print(_summary(config, cache), flush=True)
        if (output / FOLDER).exists():
            load_checkpoint(output)
            print(f"already trained: {output / FOLDER}", flush=True)
            return
        if accelerator.is_main_process:
            print(f"run: {output}", flush=True)
        # Of several processes the first holds the folder for all.
        with held(output) if accelerator.is_main_process else nullcontext():
            self._train(accelerator, cache, output)

    def _train(self, accelerator: Accelerator, cache: Cache, output: Path) -> None:
        config = self.config
        identity = run_identity(config, cache)
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
            print(f"stopped; the same command goes on from {output}", flush=True)
            raise
        if accelerator.is_main_process:
            checkpoint = trainer.checkpoint(output / FOLDER, result.rows[: result.epoch])
            save_checkpoint(checkpoint, result.weights)
            trainer.finish()
            print(f"checkpoint written: {output / FOLDER}", flush=True)

    def _claimed(self, cache: Cache, accelerator: Accelerator) -> Path:
        """The run's folder, the same one for all processes."""
        record = RunRecord(
            identity=run_identity(self.config, cache),
            datasets={str(folder): weight for folder, weight in self.datasets.items()},
            dataset_sha256=cache.dataset_sha256,
            config=self.config,
        )
        found: list[str | None] = [None]
        if accelerator.is_main_process:
            output: Path | None = self.output
            if output is None:
                output = claim_numbered(RUNS, record)
            else:
                claim(output, record)
            found = [str(output)]
        if accelerator.num_processes > 1:
            broadcast_object_list(found)
        return Path(str(found[0]))


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
