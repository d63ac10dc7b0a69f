"""Interfaces of rmw_dds_common, made from their definitions on first use."""
