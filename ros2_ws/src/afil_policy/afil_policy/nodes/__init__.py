"""The nodes: the only modules of this package that know ROS."""
