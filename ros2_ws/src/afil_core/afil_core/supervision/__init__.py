"""Rest for a robot whose commander has died or hangs: heartbeats, and who misses them."""
