"""Interfaces of moveit_msgs, made from their definitions on first use."""
