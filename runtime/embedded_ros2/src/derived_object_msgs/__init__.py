"""Interfaces of derived_object_msgs, made from their definitions on first use."""
