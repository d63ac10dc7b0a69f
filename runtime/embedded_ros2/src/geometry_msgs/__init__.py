"""Interfaces of geometry_msgs, made from their definitions on first use."""
