"""Interfaces of stereo_msgs, made from their definitions on first use."""
