"""A world that is loaded anew while its node stays, as a client of CARLA can do: time jumps back.

It takes the arguments of ``world_node``; the service ``reload`` is its only addition.
"""

from typing import Any

from std_srvs.srv import Trigger

from afil_core.process.node_main import run_node
from afil_sim.nodes.world_node import WorldNode


class ReloadingWorld(WorldNode):
    """The next episode begins at the begin of time, and nobody is told before its first frame."""

    def __init__(self) -> None:
        super().__init__()
        self.create_service(Trigger, "reload", self._reload)

    def _reload(self, request: Any, response: Any) -> Any:
        del request
        self._world._stamp_ns = 0
        self._world._last_answered_ns = -1
        self._world.reset()
        response.success = True
        return response


if __name__ == "__main__":
    raise SystemExit(run_node(ReloadingWorld))
