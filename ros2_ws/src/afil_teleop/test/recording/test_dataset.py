"""Going on with a dataset: what counts, which seed follows, what is refused."""

from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_teleop.recording.dataset import dataset_state
from afil_teleop.recording.recorder import EpisodeRecorder, RecordingSettings

INSTRUCTION = "lift the orange object"


@pytest.fixture
def dataset(tmp_path, franka, robot):
    """Two episodes, seeds 3 (a success) and 4 (a failure)."""
    recorder = EpisodeRecorder(
        RecordingSettings(tmp_path / "d", franka, "test", "lock_step", {"cue": "intact"}),
        INSTRUCTION,
    )
    for seed, success in ((3, True), (4, False)):
        recorder.start()
        messages = [*robot.by_topic(1), *robot.command(1)]
        for sent_ns, (topic, cdr) in enumerate(messages):
            recorder.receive(topic, cdr, 1, sent_ns)
        recorder.save(success=success, seed=seed)
    return tmp_path / "d"


def state(dataset, contract, *, instructions=(INSTRUCTION,), cue="intact"):
    return dataset_state(
        dataset, contract, instructions=instructions, notes={"cue": cue}, first_seed=3
    )


def test_an_absent_dataset_starts_at_the_first_seed(tmp_path, franka):
    assert state(tmp_path / "new", franka).next_seed == 3
    (tmp_path / "empty").mkdir()
    assert state(tmp_path / "empty", franka).episodes == 0


def test_existing_episodes_count_and_the_next_seed_follows(dataset, franka):
    found = state(dataset, franka)
    assert (found.episodes, found.successes, found.next_seed) == (2, 1, 5)


def test_another_contract_is_refused_with_the_line_that_differs(dataset, franka):
    other = changed(franka, {"control_rate_hz": 20.0})
    with pytest.raises(AfilError, match=r"episode_000000 .*control_rate_hz: 20.0 != 10.0"):
        state(dataset, other)


def test_another_variant_or_instruction_is_refused(dataset, franka):
    with pytest.raises(AfilError, match="cue 'intact', not 'broken'"):
        state(dataset, franka, cue="broken")
    with pytest.raises(AfilError, match="instruction .*not 'push the cube'"):
        state(dataset, franka, instructions=("push the cube",))


def test_an_instruction_that_the_world_tells_later_is_held_against_the_dataset(dataset, franka):
    found = state(dataset, franka, instructions=())
    found.require_instructions(INSTRUCTION)
    with pytest.raises(AfilError, match=f"'{INSTRUCTION}', not 'push the cube'"):
        found.require_instructions("push the cube")


def test_a_folder_of_something_else_is_refused(tmp_path, franka):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"")
    with pytest.raises(AfilError, match="cat.png, which is no episode"):
        state(tmp_path / "photos", franka)
    with pytest.raises(AfilError, match="is a file"):
        state(tmp_path / "photos" / "cat.png", franka)


def test_a_session_that_shares_a_task_may_add_others(dataset, franka):
    found = state(dataset, franka, instructions=("push the cube", INSTRUCTION))
    assert found.instructions == (INSTRUCTION,)


def test_a_folder_that_cannot_be_written_is_refused_before_anything_starts(franka):
    for place in ("/proc/demos", "/proc/self"):
        with pytest.raises(AfilError, match="cannot be written.*choose another folder"):
            state(Path(place), franka)
