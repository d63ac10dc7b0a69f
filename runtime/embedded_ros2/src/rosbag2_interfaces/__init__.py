"""Interfaces of rosbag2_interfaces, made from their definitions on first use."""
