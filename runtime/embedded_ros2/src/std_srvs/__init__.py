"""Interfaces of std_srvs, made from their definitions on first use."""
