"""Benchmarks of the ROS layer; run them as ``python -m benchmarks.ros.bench_ros`` and so on."""
