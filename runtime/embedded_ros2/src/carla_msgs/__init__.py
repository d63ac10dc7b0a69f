"""Interfaces of carla_msgs, made from their definitions on first use."""
