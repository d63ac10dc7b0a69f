"""Interfaces of statistics_msgs, made from their definitions on first use."""
