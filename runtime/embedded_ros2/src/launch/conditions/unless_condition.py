"""The condition ``unless``."""

from ..launch_context import LaunchContext
from .if_condition import IfCondition


class UnlessCondition(IfCondition):
    """Lets an action be executed if an expression does not hold."""

    def _evaluate(self, context: LaunchContext) -> bool:
        return not super()._evaluate(context)
