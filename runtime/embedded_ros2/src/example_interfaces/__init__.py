"""Interfaces of example_interfaces, made from their definitions on first use."""
