"""rosbag2 bags in MCAP, written and read without ROS."""

from afil_core.bags.offered import OfferedQos
from afil_core.bags.reader import BagInfo, bag_info, read_bag
from afil_core.bags.writer import BagWriter

__all__ = ["BagInfo", "BagWriter", "OfferedQos", "bag_info", "read_bag"]
