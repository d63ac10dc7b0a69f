"""ROS nodes: the only files here that know ROS."""
