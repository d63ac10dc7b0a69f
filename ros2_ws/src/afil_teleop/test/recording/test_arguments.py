"""Arguments of the launch file, held against one another."""

from contextlib import nullcontext

import pytest

from afil_core.errors import AfilError
from afil_teleop.recording.arguments import RecordArguments, sources


@pytest.fixture
def tasks(tmp_path):
    path = tmp_path / "tasks.yaml"
    path.write_text("tasks: {fold: {instruction: fold the towel}}\n")
    return path


def test_sources_are_the_devices_and_who_needs_none():
    devices = {"keyboard", "keys", "gamepad", "spacemouse", "leader", "pedal"}
    assert devices | {"expert", "autopilot", "external"} <= set(sources())


def test_an_autopilot_is_a_cars_and_frames_do_not_wait_for_it():
    given = RecordArguments(robot="carla", source="autopilot")
    given.check()
    assert given.told == {"robot": "carla", "wait_for_control": False}
    assert RecordArguments(robot="carla").told == {"robot": "carla"}
    with pytest.raises(AfilError, match="that of franka names none"):
        RecordArguments(robot="franka", source="autopilot").check()


def test_a_device_has_the_terminals_keys_beside_it_where_there_is_a_terminal(monkeypatch):
    pad = RecordArguments(source="gamepad", device="{enable_button: 6}", takeover=True)
    monkeypatch.setattr("afil_teleop.recording.arguments.Terminal", lambda: nullcontext())
    monkeypatch.setattr(nullcontext, "close", lambda _: None, raising=False)
    assert (pad.teleop.device, pad.teleop.keys) == ("gamepad", "keys")
    assert pad.teleop.takeover and pad.teleop.options == "{enable_button: 6}"
    assert RecordArguments(source="keyboard").teleop.keys == "", "it has them itself"
    assert RecordArguments(source="gamepad", keys="none").teleop.keys == ""
    assert RecordArguments(source="gamepad", keys="pedal").teleop.keys == "pedal"

    def refuse():
        raise AfilError("no terminal")

    monkeypatch.setattr("afil_teleop.recording.arguments.Terminal", refuse)
    assert pad.teleop.keys == ""


def test_several_tasks_and_a_reset_reach_the_recorder(tasks):
    tasks.write_text(
        "tasks: {fold: {instruction: fold the towel}, lift: {instruction: lift it}}\n"
    )
    given = RecordArguments(task="fold,lift", reset="{name: trigger}")
    words = given.words(tasks)
    recorder = given.recorder(words)
    assert recorder.instruction == "fold the towel | lift it"
    assert (recorder.task, recorder.reset) == ("fold,lift", "{name: trigger}")


@pytest.mark.parametrize(
    ("given", "world", "episodes", "clock"),
    [
        ({"sim": True, "source": "expert"}, "lock_step", 10, True),
        ({"sim": True}, "real_time", 0, True),
        ({}, "none", 0, False),
        ({"robot": "carla", "source": "external"}, "none", 0, True),
        ({"use_sim_time": "true"}, "none", 0, True),
    ],
)
def test_what_is_recorded_says_how(given, world, episodes, clock):
    arguments = RecordArguments(**given)
    arguments.check()
    recorder = arguments.recorder("lift it")
    assert (recorder.world, recorder.episodes) == (world, episodes)
    assert arguments.follows_clock is clock
    assert recorder.operator == arguments.source


def test_the_expert_needs_its_world():
    with pytest.raises(AfilError, match="sim:=true"):
        RecordArguments(source="expert").check()


def test_the_words_of_the_task_are_given_or_looked_up_or_told_by_the_world(tasks):
    assert RecordArguments(instruction="lift it", task="fold").words(tasks) == "lift it"
    assert RecordArguments(task="fold").words(tasks) == "fold the towel"
    assert RecordArguments(sim=True, task="lift_carrot").words(tasks) == ""
    with pytest.raises(AfilError, match=r"instruction:=.*tasks.yaml"):
        RecordArguments().words(tasks)


def test_a_person_has_longer_than_the_expert(tmp_path):
    state = RecordArguments(dataset=str(tmp_path)).state("")
    person = RecordArguments(sim=True).simulation(state)
    expert = RecordArguments(sim=True, source="expert").simulation(state)
    assert person["max_steps"] > 100 and expert["max_steps"] == 0
    assert (person["expert"], expert["expert"]) == (False, True)
    chosen = RecordArguments(sim=True, max_steps=50, first_seed=7).simulation(state)
    assert chosen["max_steps"] == 50


def test_a_world_waits_longer_for_its_expert_than_for_a_person(tmp_path):
    state = RecordArguments(dataset=str(tmp_path)).state("")
    expert = RecordArguments(sim=True, source="expert").simulation(state)
    assert expert["command_timeout_s"] == 10.0
    assert "command_timeout_s" not in RecordArguments(sim=True).simulation(state)


def test_notes_tell_the_variant_of_a_simulation_only():
    assert RecordArguments(instruction="lift it").notes == {}
    assert RecordArguments(sim=True, task="a", cue="intact").notes == {
        "task": "a",
        "cue": "intact",
    }
    notes = RecordArguments(sim=True, source="expert", noise=0.01).notes
    assert notes == {"cue": "none", "noise": "0.01"}


@pytest.mark.parametrize(
    ("source", "watched"), [("keyboard", True), ("leader", True), ("keys", False)]
)
def test_whoever_moves_the_robot_is_watched(source, watched):
    given = RecordArguments(robot="carla", source=source, takeover=True)
    assert (given.watchdog is not None) == watched
    if given.watchdog is not None:
        assert given.watchdog.takeover and given.watchdog.robot == given.teleop.robot
