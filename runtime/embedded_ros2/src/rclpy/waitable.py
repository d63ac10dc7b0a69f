"""Custom waitables are not here."""

from embedded_ros2.missing import refuse

__getattr__ = refuse(__name__, ("Waitable", "NumberOfEntities"))
