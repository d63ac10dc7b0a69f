from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from afil_core import schema
from afil_core.errors import AfilError
from afil_policy.data.cache import open_cache
from afil_policy.training.config import TrainConfig
from afil_policy.training.layout import find_checkpoint, read_facts
from afil_policy.training.loggers import LOGGERS, EpochReport, RunFacts
from afil_policy.training.trainer import Trainer


def test_a_run_writes_its_page_its_curves_and_its_best_checkpoint(
    dataset: Path, tmp_path: Path, small: TrainConfig
) -> None:
    settings = {
        "method": "autofocus",
        "training.keep": "best",
        "training.checkpoint_epochs": 2,
        "optimizer.epochs": 4,
        "optimizer.ema": 0.5,
    }
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", settings)
    cache = open_cache(dataset, config.data, tmp_path / "cache", needs_saliency=True)
    run = RunFacts(tmp_path / "run", schema.to_plain(config), "six episodes")
    loggers = [LOGGERS.select(name).build(run) for name in ("html", "tensorboard")]
    result = Trainer(config, cache, run.folder, loggers=loggers).run()

    page = (run.folder / "report.html").read_text()
    assert "Epoch 4 of 4, finished" in page
    assert 'http-equiv="refresh"' not in page
    assert "saliency map, attention" in page
    assert page.count("data:image/png") == 4
    events = EventAccumulator(str(run.folder / "tensorboard"))
    events.Reload()
    logged = [e.value for e in events.Scalars("train/loss")]
    assert logged == pytest.approx([row["train_loss"] for row in result.rows])
    assert "learning/rate" in events.Tags()["scalars"]

    best = np.argmin([row["validation_loss"] for row in result.rows]) + 1
    assert result.epoch == best
    assert read_facts(find_checkpoint(run.folder / "checkpoints" / "best")).epoch == best
    assert read_facts(run.folder / "checkpoints" / "epoch_0002").epoch == 2
    assert (run.folder / "checkpoints" / "epoch_0004").is_dir()


@pytest.mark.parametrize("name", ["wandb", "trackio"])
def test_a_logger_without_its_package_says_what_to_install(name: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(name):
        pytest.skip(f"{name} is installed")
    with pytest.raises(AfilError, match=f"pip install {name}"):
        LOGGERS.select(name).build(RunFacts(tmp_path, {}))


class Service:
    """Stands in for the package of a service, and for the run that its ``init`` gives."""

    def __init__(self) -> None:
        self.begun: list[dict[str, Any]] = []
        self.steps: list[int] = []

    def init(self, **options: Any) -> Service:
        self.begun.append(options)
        return self

    def log(self, scalars: dict[str, float], step: int) -> None:
        assert scalars["train_loss"] == step
        self.steps.append(step)


@pytest.mark.parametrize(("name", "key"), [("wandb", "id"), ("trackio", "name")])
def test_a_service_goes_on_with_the_same_run_and_never_with_anothers_of_that_number(
    name: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service()
    monkeypatch.setitem(sys.modules, name, service)
    for identity in ("a" * 64, "a" * 64, "b" * 64):
        run = RunFacts(tmp_path / "bc_001", {"seed": 0}, identity=identity)
        logger = LOGGERS.select(name).build(run)
        rows = [{"epoch": 1.0, "train_loss": 1.0}, {"epoch": 2.0, "train_loss": 2.0}]
        for n in (1, 2):
            logger.log(EpochReport(rows[:n], {}, 2, n == 2, moments=list))
    first, resumed, other = (options[key] for options in service.begun)
    assert first == resumed == "bc_001-" + "a" * 16
    assert other != first
    assert all(options["resume"] == "allow" for options in service.begun)
    assert service.steps == [1, 2] * 3


def test_precision_and_device_that_cannot_be_are_sentences(
    dataset: Path, tmp_path: Path, small: TrainConfig
) -> None:
    half = schema.parse(
        TrainConfig, schema.to_yaml(small), "x.yaml", {"training.precision": "fp16"}
    )
    cache = open_cache(dataset, half.data, tmp_path / "cache", needs_saliency=False)
    with pytest.raises(AfilError, match="fp16 needs a GPU"):
        Trainer(half, cache, tmp_path / "run", device="cpu")
    mixed = schema.parse(
        TrainConfig, schema.to_yaml(small), "x.yaml", {"training.precision": "bf16"}
    )
    first = Trainer(mixed, cache, tmp_path / "mixed").run()
    full = Trainer(small, cache, tmp_path / "full").run()
    assert first.rows[-1]["train_loss"] == pytest.approx(full.rows[-1]["train_loss"], rel=0.05)
    assert first.rows != full.rows
