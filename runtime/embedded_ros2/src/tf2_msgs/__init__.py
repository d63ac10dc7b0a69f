"""Interfaces of tf2_msgs, made from their definitions on first use."""
