"""``ros2 bag``: recordings."""

from ..bag import info, play, record
from ..verbs import Verb

VERBS = {
    "info": Verb("Print information about a bag to the screen", info.add_arguments, info.info),
    "play": Verb("Play back ROS data from a bag", play.add_arguments, play.play),
    "record": Verb("Record ROS data to a bag", record.add_arguments, record.record),
}
MISSING = ("burst", "convert", "list", "reindex")
