"""Benchmarks of the ROS layer; run them as ``python -m benchmarks.bench_ros`` and so on."""
