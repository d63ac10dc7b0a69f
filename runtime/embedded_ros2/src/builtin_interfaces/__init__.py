"""Interfaces of builtin_interfaces, made from their definitions on first use."""
