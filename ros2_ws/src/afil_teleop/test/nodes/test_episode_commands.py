"""Every way to command a recorder as a process: services, the action, a reset, over real DDS."""

import time

import pytest
from afil_interfaces.action import RecordEpisode
from rclpy.action import ActionClient
from rosidl_runtime_py.utilities import get_message
from std_srvs.srv import Trigger

from afil_core.episodes import list_episodes

STATUS = "afil_interfaces/msg/RecorderStatus"


class Goal:
    """A goal of the action, from a client's side."""

    def __init__(self, person, recorder="/record_node", **fields):
        self.feedback = []
        self._person = person
        self._client = ActionClient(person, RecordEpisode, f"{recorder}/record_episode")
        assert self._client.wait_for_server(60.0)
        self._sent = self._client.send_goal_async(
            RecordEpisode.Goal(**fields), lambda m: self.feedback.append(m.feedback)
        )
        self._until(self._sent)
        self.accepted = self._sent.result().accepted

    def result(self):
        future = self._sent.result().get_result_async()
        self._until(future)
        return future.result().status, future.result().result

    def cancel(self):
        self._until(self._sent.result().cancel_goal_async())

    def _until(self, future):
        self._person.until(future.done)


@pytest.fixture
def person(robot, recorder, meet):
    """Somebody in front of a recorder that is ready."""
    recorder()
    robot()
    someone = meet()
    someone.ask_until("start", ["recording"])
    someone.ask("discard")
    return someone


def names(dataset):
    return [e.path.name for e in list_episodes(dataset)]


def test_services_pause_record_again_delete_and_restore(person, tmp_path):
    seen = []
    person.create_subscription(get_message(STATUS), "/record_node/status", seen.append, 10)
    demos = tmp_path / "demos"
    assert person.ask("advance").success
    person.wait(1.0)
    assert person.ask("pause").success
    person.wait(0.3)
    assert person.ask("pause").success
    person.wait(0.5)
    assert person.ask("advance").message.endswith("as a success")
    (first,) = names(demos)
    assert person.ask("delete").success and not list(demos.glob("episode_*"))
    assert person.ask("restore").success and names(demos) == [first]
    assert "to the trash" in person.ask("rerecord").message
    person.wait(1.0)
    assert person.ask("save_failure").success
    (second,) = names(demos)
    assert second > first
    assert "one task" in person.ask("next_task").message
    assert not person.ask("keep").success and not person.ask("reset").success
    person.until(lambda: seen[-1].last_episode == second)
    phases = {m.phase for m in seen}
    assert {seen[0].READY, seen[0].RECORDING, seen[0].PAUSED} <= phases
    last = seen[-1]
    assert last.episodes == 1 and last.episodes_left > 0
    assert last.instruction == "lift the orange carrot"
    assert max(m.time for m in seen) > 0.5


def test_the_action_records_an_episode_of_its_task(person, tmp_path):
    goal = Goal(person, task="open the drawer", duration=2.0)
    assert goal.accepted
    other = Goal(person)
    assert not other.accepted, "one at a time"
    status, result = goal.result()
    if "silent" in result.message:
        # A busy machine held a topic up just when it was to be saved.
        goal = Goal(person, task="open the drawer", duration=2.0)
        status, result = goal.result()
    assert status == 4 and result.saved and result.success, result
    (episode,) = list_episodes(tmp_path / "demos")
    assert str(episode.path) == result.episode
    assert episode.metadata.instruction == "open the drawer"
    # A busy recorder may end it later.
    assert 1.5 < episode.metadata.duration_s < 10.0
    assert goal.feedback and goal.feedback[-1].time > 0.5

    goal = Goal(person)
    person.wait(0.5)
    goal.cancel()
    status, result = goal.result()
    assert status == 5 and not result.saved and result.message == "discarded"
    goal = Goal(person)
    person.wait(0.5)
    assert person.ask("save_failure").success
    status, result = goal.result()
    assert status == 4 and result.saved and not result.success


def test_a_reset_runs_between_episodes(robot, recorder, meet, tmp_path):
    process = recorder("-p", "reset:='{name: trigger, services: [homing], settle_s: 0.1}'")
    robot()
    person = meet()
    calls = []

    def homing(_, response):
        calls.append(time.monotonic())
        response.success = len(calls) < 2
        response.message = "the arm is locked"
        return response

    person.create_service(Trigger, "homing", homing)
    person.ask_until("start", ["recording"])
    person.wait(1.0)
    assert person.ask("rerecord").message.endswith("after the reset")
    person.see(process, "reset; recording episode_000000")
    person.wait(1.0)
    assert person.ask("save").success
    person.see(process, "the reset failed: service homing refused: the arm is locked")
    assert len(calls) == 2
    assert person.ask("quit").success
    assert process.wait() == 0
    assert "1 episode(s)" in process.output and "1 success, 1 discarded" in process.output
