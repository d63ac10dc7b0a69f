"""Interfaces of franka_msgs, made from their definitions on first use."""
