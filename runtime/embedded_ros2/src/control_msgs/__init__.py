"""Interfaces of control_msgs, made from their definitions on first use."""
