"""Interfaces of rosgraph_msgs, made from their definitions on first use."""
