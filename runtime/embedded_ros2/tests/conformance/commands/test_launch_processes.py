"""Processes under launch: output, events, signals, exit codes."""

import os
import signal
import subprocess
import sys
import time

PYTHON = repr(sys.executable)


def script(body: str, **kwargs: str) -> str:
    options = "".join(f", {key}={value}" for key, value in kwargs.items())
    options = options if "output" in kwargs else f"{options}, output='screen'"
    return f"ExecuteProcess(cmd=[{PYTHON}, '-u', '-c', {body!r}]{options})"


def test_output_bears_the_name_and_number_of_its_process(workspace):
    outcome = workspace.launch(f"{script('print(1)', name=repr('alpha'))},")
    assert "[alpha-1] 1" in outcome.out
    assert "[INFO] [alpha-1]: process started with pid [" in outcome.text
    assert "[INFO] [alpha-1]: process has finished cleanly [pid " in outcome.text


def test_output_without_a_final_newline_is_not_lost(workspace):
    body = "import sys; sys.stdout.write('no newline')"
    assert "no newline" in workspace.launch(f"{script(body)},").text


def test_log_output_shows_only_errors_on_the_screen(workspace):
    body = "import sys; print('quiet'); print('loud', file=sys.stderr)"
    outcome = workspace.launch(f"{script(body, output=repr('log'))},")
    assert "loud" in outcome.text
    assert "quiet" not in outcome.text


def test_process_that_dies_is_told_with_its_exit_code(workspace):
    outcome = workspace.launch(f"{script('exit(3)')},")
    assert "process has died [pid " in outcome.text
    assert ", exit code 3, cmd '" in outcome.text


def test_process_that_dies_alone_does_not_fail_the_launch(workspace):
    assert workspace.launch(f"{script('exit(3)')},").code == 0


def test_exception_in_a_handler_fails_the_launch_and_ends_the_rest(workspace):
    outcome = workspace.launch(
        f"""
        def fail(context):
            raise RuntimeError('the evaluation failed')

        def generate_launch_description():
            return LaunchDescription([
                {script("import time; time.sleep(60)")},
                {script("pass", on_exit="[OpaqueFunction(function=fail)]")},
            ])
        """
    )
    assert outcome.code == 1
    assert "the evaluation failed" in outcome.text


def test_on_exit_sees_the_exit_code(workspace):
    outcome = workspace.launch(
        f"""
        def report(event, context):
            return [LogInfo(msg=f'code={{event.returncode}}')]

        def generate_launch_description():
            return LaunchDescription([{script("exit(7)", on_exit="report")}])
        """
    )
    assert "code=7" in outcome.text


def test_shutdown_on_exit_ends_the_others(workspace):
    begin = time.monotonic()
    outcome = workspace.launch(
        f"""
        {script("import time; time.sleep(60)")},
        {script("pass", on_exit="Shutdown(reason='done')")},
        """
    )
    assert outcome.code == 0
    assert time.monotonic() - begin < 50
    assert "sending signal 'SIGINT' to process[" in outcome.text


def test_handlers_of_start_exit_output_and_shutdown_are_called(workspace):
    outcome = workspace.launch(
        f"""
        def generate_launch_description():
            process = {script("print('hello')")}
            other = {script("pass")}
            return LaunchDescription([
                RegisterEventHandler(OnProcessStart(
                    target_action=process, on_start=[LogInfo(msg='started')])),
                RegisterEventHandler(OnProcessIO(
                    target_action=process,
                    on_stdout=lambda event: LogInfo(msg=['heard ', event.text.decode().strip()]))),
                RegisterEventHandler(OnProcessExit(
                    target_action=process, on_exit=[LogInfo(msg='exited'), other])),
                RegisterEventHandler(OnProcessExit(
                    target_action=other, on_exit=[LogInfo(msg='second exited')])),
                RegisterEventHandler(OnShutdown(on_shutdown=[LogInfo(msg='shutting down')])),
                process,
            ])
        """
    )
    for word in ("started", "heard hello", "exited", "second exited", "shutting down"):
        assert word in outcome.text, outcome.text


def test_timer_waits_before_its_actions(workspace):
    outcome = workspace.launch(
        """
        TimerAction(period=0.3, actions=[LogInfo(msg='later')]),
        LogInfo(msg='sooner'),
        """
    )
    assert outcome.text.index("sooner") < outcome.text.index("later")


def test_environment_reaches_the_processes_that_follow(workspace):
    body = "import os; print(os.environ.get('COLOUR'), os.environ.get('EXTRA'))"
    outcome = workspace.launch(
        f"""
        SetEnvironmentVariable('COLOUR', 'orange'),
        {script(body, name=repr("first"), additional_env="{'EXTRA': 'more'}")},
        UnsetEnvironmentVariable('COLOUR'),
        {script(body, name=repr("second"))},
        """
    )
    assert "[first-1] orange more" in outcome.text
    assert "[second-2] None None" in outcome.text


def test_working_directory_and_shell(workspace):
    outcome = workspace.launch(
        """
        ExecuteProcess(cmd=['pwd'], cwd='/', output='screen'),
        ExecuteProcess(cmd=['echo one | tr o O'], shell=True, output='screen'),
        """
    )
    assert "[pwd-1] /\n" in outcome.text
    assert "One" in outcome.text


def test_respawned_process_comes_back_as_often_as_asked(workspace):
    respawn = {"respawn": "True", "respawn_delay": "0.05", "respawn_max_retries": "2"}
    outcome = workspace.launch(f"{script('print(5)', name=repr('again'), **respawn)},")
    assert outcome.out.count("[again-1] 5") == 3


def test_emulated_terminal_is_one_for_the_process(workspace):
    body = "import sys; print(sys.stdout.isatty())"
    assert "True" in workspace.launch(f"{script(body, emulate_tty='True')},").text
    assert "False" in workspace.launch(f"{script(body, emulate_tty='False')},").text


def sleeper(pid_file) -> str:
    return f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"


def test_sigint_ends_the_launch_and_its_children(workspace, gone):
    pid_file = workspace.root / "pid"
    process = workspace.start("launch", workspace.launch_file(f"{script(sleeper(pid_file))},"))
    pid = int(workspace.wait_for(pid_file))
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert gone(pid)
    assert "user interrupted with ctrl-c (SIGINT)" in out


def test_child_that_ignores_sigint_is_terminated_and_then_killed(workspace, gone):
    pid_file = workspace.root / "pid"
    stubborn = "import signal\nfor s in (2, 15): signal.signal(s, signal.SIG_IGN)\n"
    options = {"sigterm_timeout": "'0.2'", "sigkill_timeout": "'0.2'"}
    path = workspace.launch_file(f"{script(stubborn + sleeper(pid_file), **options)},")
    process = workspace.start("launch", path)
    pid = int(workspace.wait_for(pid_file))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert gone(pid)
    assert "escalating to 'SIGTERM'" in out + err
    assert "escalating to 'SIGKILL'" in out + err


def test_children_share_the_session_of_the_launch(workspace):
    # A child of another session could not open /dev/tty to read keys.
    pid_file = workspace.root / "pid"
    process = workspace.start("launch", workspace.launch_file(f"{script(sleeper(pid_file))},"))
    pid = int(workspace.wait_for(pid_file))
    assert os.getsid(pid) == os.getsid(process.pid)


TERMINAL = """
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
output = b''
pressed = False
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    output += data
    if b'terminal is open' in output and not pressed:
        os.write(fd, b'\\x03')
        pressed = True
sys.stdout.write(output.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def test_ctrl_c_on_a_terminal_reaches_each_child_once(workspace):
    child = (
        "import signal, time\n"
        "open('/dev/tty', 'r+b', buffering=0)\n"
        "count = 0\n"
        "def on_sigint(*_):\n"
        "    global count\n"
        "    count += 1\n"
        "signal.signal(signal.SIGINT, on_sigint)\n"
        "print('terminal is open')\n"
        "while not count: time.sleep(0.01)\n"
        "time.sleep(0.3)\n"
        "print('interrupts:', count)\n"
    )
    path = workspace.launch_file(f"{script(child)},")
    done = subprocess.run(
        [sys.executable, "-c", TERMINAL, workspace.command, "launch", path],
        env=workspace.environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "interrupts: 1" in done.stdout
