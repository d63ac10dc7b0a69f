"""``ros2 topic``: topics of the graph."""

from ..topic import echo, listing, publish, rates
from ..verbs import Verb

VERBS = {
    "bw": Verb("Display bandwidth used by topic", rates.add_bw_arguments, rates.bw),
    "delay": Verb(
        "Display delay of topic from timestamp in header", rates.add_delay_arguments, rates.delay
    ),
    "echo": Verb("Output messages from a topic", echo.add_arguments, echo.echo),
    "find": Verb(
        "Output a list of available topics of a given type",
        listing.add_find_arguments,
        listing.find_topics,
    ),
    "hz": Verb("Print the average publishing rate to screen", rates.add_hz_arguments, rates.hz),
    "info": Verb("Print information about a topic", listing.add_info_arguments, listing.show_info),
    "list": Verb(
        "Output a list of available topics", listing.add_list_arguments, listing.list_topics
    ),
    "pub": Verb("Publish a message to a topic", publish.add_arguments, publish.publish),
    "type": Verb("Print a topic's type", listing.add_type_arguments, listing.show_type),
}
