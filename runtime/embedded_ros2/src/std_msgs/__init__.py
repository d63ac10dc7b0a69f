"""Interfaces of std_msgs, made from their definitions on first use."""
