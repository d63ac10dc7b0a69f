"""The embedded runtime has no rosbag2_py; importing it says so."""

from embedded_ros2.missing import refuse_module

refuse_module(__name__)
