"""What launch says, and where the output of processes goes."""

from .config import LaunchConfig, launch_config, reset
from .loggers import get_logger, get_output_loggers

__all__ = ["LaunchConfig", "get_logger", "get_output_loggers", "launch_config", "reset"]
