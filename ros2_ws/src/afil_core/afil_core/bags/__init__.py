"""rosbag2 bags in MCAP, written and read without ROS."""

from afil_core.bags.files import Split
from afil_core.bags.offered import OfferedQos
from afil_core.bags.reader import BagInfo, bag_info, read_bag
from afil_core.bags.writer import BagOptions, BagWriter

__all__ = ["BagInfo", "BagOptions", "BagWriter", "OfferedQos", "Split", "bag_info", "read_bag"]
