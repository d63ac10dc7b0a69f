"""Interfaces of composition_interfaces, made from their definitions on first use."""
