"""Interfaces of vision_msgs, made from their definitions on first use."""
