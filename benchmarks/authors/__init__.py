"""Comparison with what the method's authors published; their data are not in this repository."""
