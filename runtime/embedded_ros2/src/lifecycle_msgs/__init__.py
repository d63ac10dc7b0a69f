"""Interfaces of lifecycle_msgs, made from their definitions on first use."""
