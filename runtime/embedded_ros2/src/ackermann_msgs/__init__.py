"""Interfaces of ackermann_msgs, made from their definitions on first use."""
