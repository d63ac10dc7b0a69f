"""The embedded runtime has no message_filters; importing it says so."""

from embedded_ros2.missing import refuse_module

refuse_module(__name__)
