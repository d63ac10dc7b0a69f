"""Interfaces of type_description_interfaces, made from their definitions on first use."""
