"""Interfaces of visualization_msgs, made from their definitions on first use."""
