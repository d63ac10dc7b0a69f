"""Interfaces of service_msgs, made from their definitions on first use."""
