"""Franka Research 3 arm with the Franka Hand: kinematics, limits and MuJoCo model."""
