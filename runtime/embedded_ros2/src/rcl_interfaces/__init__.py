"""Interfaces of rcl_interfaces, made from their definitions on first use."""
