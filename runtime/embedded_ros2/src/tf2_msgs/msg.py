"""Messages of tf2_msgs."""

from embedded_ros2.interface_modules import contents

__getattr__, __dir__ = contents(__name__)
