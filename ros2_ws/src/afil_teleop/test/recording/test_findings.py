"""What of an episode's alarms is kept, and what keeps it from passing for a success."""

from afil_teleop.recording.findings import Alarms, Finding

SILENT = Finding("/image", "silent", "/image has been silent for 0.6 s")
LONGER = Finding("/image", "silent", "/image has been silent for 2.0 s")
SECOND = Finding("/target_pose", "second", "2 nodes publish /target_pose")
STEP = Finding("/joint_states", "step", "the recording clock was set back by 1.0 s")


def test_a_fault_begins_once_and_ends_once():
    alarms = Alarms()
    assert alarms.update([SILENT]) == ([SILENT], [])
    assert alarms.update([LONGER, SECOND]) == ([SECOND], [])
    assert alarms.update([SECOND]) == ([], [LONGER])
    assert alarms.problems == [LONGER.text, SECOND.text]


def test_a_camera_that_came_back_costs_ticks_and_one_that_is_dead_costs_the_success():
    alarms = Alarms()
    alarms.update([LONGER])
    assert alarms.grave == [LONGER.text]
    alarms.update([])
    assert alarms.grave == [] and alarms.problems == [LONGER.text]


def test_what_readers_cannot_find_costs_the_success_although_it_is_over():
    alarms = Alarms()
    alarms.update([SECOND])
    alarms.update([])
    assert alarms.grave == [SECOND.text]


def test_a_clock_step_is_left_to_the_writer_whose_readers_cut_there():
    alarms = Alarms()
    alarms.update([STEP])
    assert alarms.grave == [] and alarms.problems == []


def test_a_disk_that_is_nearly_full_is_said_and_no_fault_of_the_episode():
    alarms, low = Alarms(), Finding("disk", "disk", "the disk has 900 MB left")
    assert alarms.update([low]) == ([low], [])
    assert alarms.grave == [] and alarms.problems == []


def test_the_next_episode_starts_without_the_faults_of_the_last():
    alarms = Alarms()
    alarms.update([SECOND])
    alarms.clear()
    assert (alarms.problems, alarms.grave) == ([], [])
    assert alarms.update([SECOND]) == ([SECOND], [])
