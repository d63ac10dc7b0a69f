"""Interfaces of trajectory_msgs, made from their definitions on first use."""
