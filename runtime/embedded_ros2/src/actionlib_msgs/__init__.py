"""Interfaces of actionlib_msgs, made from their definitions on first use."""
