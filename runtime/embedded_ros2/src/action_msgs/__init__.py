"""Interfaces of action_msgs, made from their definitions on first use."""
