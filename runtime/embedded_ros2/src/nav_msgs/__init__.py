"""Interfaces of nav_msgs, made from their definitions on first use."""
