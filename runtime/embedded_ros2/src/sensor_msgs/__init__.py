"""Interfaces of sensor_msgs, made from their definitions on first use."""
