"""Interface definitions, message classes and CDR for machines without a ROS 2 installation.

This package is the ground under the embedded ``rclpy`` and the message packages: it reads
``.msg``/``.srv``/``.action`` definitions (from the rosbags type store and from
``share/<package>``), makes Python classes that behave as rosidl's, and turns them into CDR.
"""
