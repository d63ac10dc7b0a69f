from __future__ import annotations

from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_policy.training.config import TrainConfig
from afil_policy.training.runs import (
    RunRecord,
    claim,
    claim_numbered,
    held,
    read_record,
    require_episodes_of,
)


def record(identity: str = "a", dataset_sha256: str = "0") -> RunRecord:
    return RunRecord(
        identity=identity,
        datasets={"demos": 1.0},
        dataset_sha256=dataset_sha256,
        config=TrainConfig(),
    )


def test_a_run_finds_its_folder_again_and_another_gets_the_next(tmp_path: Path) -> None:
    first = claim_numbered(tmp_path / "runs", record("a"))
    second = claim_numbered(tmp_path / "runs", record("b"))
    assert (first.name, second.name) == ("bc_001", "bc_002")
    assert claim_numbered(tmp_path / "runs", record("a")) == first
    assert read_record(second) == record("b")


def test_a_finished_run_that_is_done_again_gets_the_next_number_until_it_is_finished(
    tmp_path: Path,
) -> None:
    first = claim_numbered(tmp_path, record())
    assert claim_numbered(tmp_path, record(), again=True) == first
    (first / "checkpoint").mkdir()
    second = claim_numbered(tmp_path, record(), again=True)
    assert second.name == "bc_002"
    assert claim_numbered(tmp_path, record(), again=True) == second
    assert claim_numbered(tmp_path, record()) == second


def test_a_record_follows_the_command_as_long_as_nothing_of_the_run_is_kept(
    tmp_path: Path,
) -> None:
    two = record().model_copy(update={"processes": 2})
    claim(tmp_path, record())
    claim(tmp_path, two)
    assert read_record(tmp_path) == two
    (tmp_path / "resume.pt").touch()
    claim(tmp_path, record())
    assert read_record(tmp_path) == two


def test_a_run_is_repeated_on_other_episodes_only_where_others_are_chosen() -> None:
    other = record(dataset_sha256="1")
    with pytest.raises(AfilError, match="name it: --dataset demos"):
        require_episodes_of(record(), other)
    data = other.config.data.model_copy(update={"successful_only": False})
    config = other.config.model_copy(update={"data": data})
    require_episodes_of(record(), other.model_copy(update={"config": config}))


def test_a_folder_that_only_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bc_007").mkdir()
    (tmp_path / "bc_mine").mkdir()
    assert claim_numbered(tmp_path, record()).name == "bc_008"


def test_a_run_that_cannot_be_read_is_passed_over_with_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = claim_numbered(tmp_path, record())
    former = tmp_path / "bc_002"
    former.mkdir()
    (former / "run.yaml").write_text("identity: a\ndataset: demos\n")
    assert claim_numbered(tmp_path, record()) == own
    assert f"a run is passed over: {former / 'run.yaml'}: dataset is called" in caplog.text


def test_a_folder_of_another_run_is_refused_with_what_differs(tmp_path: Path) -> None:
    claim(tmp_path / "x", record("a"))
    claim(tmp_path / "x", record("a"))
    with pytest.raises(AfilError, match="a run of another configuration"):
        claim(tmp_path / "x", record("b"))
    with pytest.raises(AfilError, match="a run of another dataset"):
        claim(tmp_path / "x", record("b", "1"))
    (tmp_path / "old" / "checkpoint").mkdir(parents=True)
    with pytest.raises(AfilError, match=r"checkpoint without run\.yaml"):
        claim(tmp_path / "old", record("a"))


def test_a_folder_without_a_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(AfilError, match=r"run\.yaml cannot be read"):
        read_record(tmp_path)


def test_a_folder_in_which_somebody_trains_is_refused_until_they_end(tmp_path: Path) -> None:
    with (
        held(tmp_path),
        pytest.raises(AfilError, match="another process is training in"),
        held(tmp_path),
    ):
        pass
    with held(tmp_path):
        pass
