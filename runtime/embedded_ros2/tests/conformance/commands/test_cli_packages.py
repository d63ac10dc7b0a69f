"""ros2 pkg and ros2 run."""

import os
import signal


def test_package_is_listed(workspace):
    assert workspace.package in workspace.ros2("pkg", "list").out.splitlines()


def test_prefix_and_share_of_a_package(workspace):
    outcome = workspace.ros2("pkg", "prefix", workspace.package)
    assert outcome.out.strip() == str(workspace.root)
    outcome = workspace.ros2("pkg", "prefix", "--share", workspace.package)
    assert outcome.out.strip() == str(workspace.share)


def test_executables_of_a_package(workspace):
    workspace.executable("first", "print(1)")
    workspace.executable("second", "print(2)")
    outcome = workspace.ros2("pkg", "executables", workspace.package)
    assert outcome.out.splitlines() == [
        f"{workspace.package} first",
        f"{workspace.package} second",
    ]


def test_version_in_the_manifest(workspace):
    outcome = workspace.ros2("pkg", "xml", workspace.package, "-t", "version")
    assert outcome.out.strip() == "1.2.3"


def test_unknown_package_has_no_prefix(workspace):
    outcome = workspace.ros2("pkg", "prefix", "no_such_package")
    assert outcome.code == 1
    assert outcome.err.strip()
    assert "Traceback" not in outcome.text


def test_run_passes_arguments_and_exit_code(workspace):
    workspace.executable("tool", "import sys; print(sys.argv[1:]); sys.exit(7)")
    outcome = workspace.ros2("run", workspace.package, "tool", "--flag", "x y", "--ros-args")
    assert "['--flag', 'x y', '--ros-args']" in outcome.out
    assert outcome.code == 7


def test_run_with_a_prefix_command(workspace):
    workspace.executable("tool", "import os; print('VALUE', os.environ['FROM_PREFIX'])")
    prefix = "env FROM_PREFIX=yes"
    outcome = workspace.ros2("run", "--prefix", prefix, workspace.package, "tool")
    assert "VALUE yes" in outcome.out


def test_run_of_an_unknown_package_ends_in_a_sentence(workspace):
    outcome = workspace.ros2("run", "no_such_package", "tool")
    assert outcome.code == 1
    assert "Package 'no_such_package' not found" in outcome.err


def test_run_of_an_unknown_executable_ends_in_a_sentence(workspace):
    outcome = workspace.ros2("run", workspace.package, "nothing")
    assert outcome.code == 1
    assert "No executable found" in outcome.err


def test_interrupted_run_ends_the_executable(workspace, gone):
    pid_file = workspace.root / "pid"
    workspace.executable(
        "tool",
        f"""
        import os, signal, time
        signal.signal(signal.SIGINT, lambda *_: os._exit(0))
        open({str(pid_file)!r}, 'w').write(str(os.getpid()))
        time.sleep(60)
        """,
    )
    process = workspace.start("run", workspace.package, "tool")
    pid = int(workspace.wait_for(pid_file))
    # As a terminal does, which signals the whole group.
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    assert gone(pid)


def test_command_without_a_verb_prints_its_help(workspace):
    outcome = workspace.ros2("pkg")
    assert outcome.code == 0
    assert "executables" in outcome.out


def test_unknown_command_is_a_usage_error(workspace):
    assert workspace.ros2("no_such_command").code == 2
