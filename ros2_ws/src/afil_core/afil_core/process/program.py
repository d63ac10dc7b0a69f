"""Programs whose first second can be interrupted: what an entry point names instead of a main.

The imports of a program (NumPy, PyTorch, ROS) take its first second, and a Ctrl-C there would be
a traceback out of somebody's library. So an entry point of ``setup.py`` names where the program
lies, and it is imported here::

    "train = afil_core.process.program:start.afil_policy.commands.train"
"""

from __future__ import annotations

import importlib
import os
import signal
from types import FrameType

_EXIT_INTERRUPTED = 130


class Program:
    """A module with a ``main``, named by attributes: ``start.afil_policy.commands.train``.

    Args:
        module: Name of the module.
    """

    def __init__(self, module: str = "") -> None:
        self._module = module

    def __getattr__(self, name: str) -> Program:
        if name.startswith("_"):
            raise AttributeError(name)
        return Program(f"{self._module}.{name}".lstrip("."))

    def __call__(self) -> int:
        """Import the module and run its ``main``.

        Returns:
            The exit code of ``main``. A Ctrl-C before it begins ends the process with 130.
        """
        # Who started us in the background has it ignored. Nothing is imported before this.
        is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if is_usual:
            signal.signal(signal.SIGINT, _leave)
        run = importlib.import_module("afil_core.errors").run
        main = importlib.import_module(self._module).main
        if is_usual:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code: int = run(main)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            # Python would tell of an interrupt while it tidies up.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        return code


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: nothing is open yet, and an exception would go astray in a library."""
    del number, frame
    os.write(2, b"interrupted\n")
    os._exit(_EXIT_INTERRUPTED)


start = Program()
