"""Interfaces of shape_msgs, made from their definitions on first use."""
