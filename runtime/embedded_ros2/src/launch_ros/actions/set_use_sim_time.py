"""The action that sets ``use_sim_time`` for all nodes that follow."""

from typing import Any

from .set_parameter import SetParameter


class SetUseSimTime(SetParameter):
    """Sets ``use_sim_time`` for the nodes that follow in the scope."""

    def __init__(self, value: Any, **kwargs: Any) -> None:
        super().__init__("use_sim_time", value, **kwargs)
