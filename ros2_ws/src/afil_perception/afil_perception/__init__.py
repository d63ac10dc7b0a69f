"""AFIL perception: what in a demonstration deserves attention, and the map that says so."""
