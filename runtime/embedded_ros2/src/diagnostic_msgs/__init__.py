"""Interfaces of diagnostic_msgs, made from their definitions on first use."""
