"""From aligned observations to safe commands, without ROS; ``policy_node`` is its edge."""
