"""Interfaces of unique_identifier_msgs, made from their definitions on first use."""
