"""``ros2 bag record``."""

import argparse
import re
import time
from pathlib import Path
from typing import Any

from ..direct_node import absolute, direct_node, is_hidden, spin
from ..errors import CommandError
from ..topic.messages import message_class
from ..verbs import add_missing_options
from .qos import override_profiles, recorded_profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``record``."""
    parser.add_argument("topics_positional", nargs="*", metavar="topic", help=argparse.SUPPRESS)
    parser.add_argument(
        "--topics", nargs="+", default=[], metavar="topic", help="List of topics to record."
    )
    parser.add_argument(
        "-a", "--all", "--all-topics", dest="all", action="store_true", help="Record all topics."
    )
    parser.add_argument(
        "-e", "--regex", default="", help="Record only topics matching the regular expression."
    )
    parser.add_argument(
        "-x", "--exclude-regex", default="", help="Exclude topics matching the regular expression."
    )
    parser.add_argument(
        "--exclude-topics", nargs="+", default=[], metavar="topic", help="Topics not to record."
    )
    parser.add_argument(
        "--include-hidden-topics", action="store_true", help="Discover and record hidden topics."
    )
    parser.add_argument(
        "-o", "--output", help="Destination of the bag folder. By default rosbag2_<time>."
    )
    parser.add_argument(
        "-s", "--storage", default="mcap", choices=("mcap", "sqlite3"),
        help="Storage identifier to be used, defaults to 'mcap'.",
    )  # fmt: skip
    parser.add_argument("-f", "--serialization-format", default="", help=argparse.SUPPRESS)
    parser.add_argument(
        "--no-discovery", action="store_true", help="Record only topics that are there at startup."
    )
    parser.add_argument(
        "-p", "--polling-interval", type=int, default=100,
        help="Time in ms to wait between querying available topics for recording.",
    )  # fmt: skip
    parser.add_argument(
        "--qos-profile-overrides-path", help="Path to a yaml file defining QoS profile overrides."
    )
    parser.add_argument(
        "--use-sim-time", action="store_true", help="Use simulation time for message timestamps"
    )
    parser.add_argument(
        "--custom-data", nargs="*", default=[], metavar="KEY=VALUE",
        help="Key/value pairs to store in the bag's metadata.",
    )  # fmt: skip
    parser.add_argument("--disable-keyboard-controls", action="store_true", help=argparse.SUPPRESS)
    add_missing_options(
        parser, "-b", "--max-bag-size", "-d", "--max-bag-duration", "--compression-mode",
        "--compression-format", "--snapshot-mode", "--start-paused", "--services",
        "--all-services", "--topic-types", "--exclude-topic-types", "--storage-preset-profile",
        "--storage-config-file",
    )  # fmt: skip


class _Recorder:
    """Subscribes what is wanted when it turns up, and writes the bytes as they come."""

    def __init__(self, args: argparse.Namespace, node: Any, writer: Any) -> None:
        from rosbags.typesys import Stores, get_typestore

        self._args = args
        self._node = node
        self._writer = writer
        self._typestore = get_typestore(Stores.ROS2_JAZZY)
        self._overrides = override_profiles(args.qos_profile_overrides_path)
        self._topics = {absolute(t) for t in (*args.topics, *args.topics_positional)}
        self._subscriptions: dict[str, Any] = {}
        self.messages = 0

    def _wants(self, topic: str) -> bool:
        args = self._args
        if topic in {absolute(t) for t in args.exclude_topics}:
            return False
        if args.exclude_regex and re.search(args.exclude_regex, topic):
            return False
        if topic in self._topics:
            return True
        if is_hidden(topic) and not args.include_hidden_topics:
            return False
        return bool(args.all or (args.regex and re.search(args.regex, topic)))

    def discover(self) -> None:
        """Subscribe the wanted topics that somebody publishes."""
        for topic, types in self._node.get_topic_names_and_types():
            if topic in self._subscriptions or not self._wants(topic):
                continue
            publishers = self._node.get_publishers_info_by_topic(topic)
            if publishers:
                self._subscribe(topic, types[0], publishers)

    def _subscribe(self, topic: str, type_name: str, publishers: list[Any]) -> None:
        from ..qos import adapt_to_publishers, any_qos

        try:
            cls = message_class(type_name)
        except (CommandError, NotImplementedError) as error:
            self._subscriptions[topic] = None
            print(f"[WARN] [rosbag2_recorder]: topic '{topic}' is left out: {error}", flush=True)
            return
        connection = self._writer.add_connection(
            topic,
            type_name,
            **self._definition(type_name),
            offered_qos_profiles=[recorded_profile(p.qos_profile) for p in publishers],
        )
        profile = self._overrides.get(topic)
        if profile is None:
            profile = adapt_to_publishers(any_qos("default"), publishers)
            profile.depth = 100

        def on_message(data: bytes) -> None:
            stamp = time.time_ns()
            if self._args.use_sim_time:
                stamp = self._node.get_clock().now().nanoseconds
                if stamp == 0:
                    return
            self._writer.write(connection, stamp, data)
            self.messages += 1

        self._subscriptions[topic] = self._node.create_subscription(
            cls, topic, on_message, profile, raw=True
        )
        print(f"[INFO] [rosbag2_recorder]: Subscribed to topic '{topic}'", flush=True)

    def _definition(self, type_name: str) -> dict[str, Any]:
        if type_name in self._typestore.types:
            return {"typestore": self._typestore}
        from embedded_ros2.type_hash import message_hash

        from .definitions import definition_text

        return {"msgdef": definition_text(type_name), "rihs01": message_hash(type_name)}


def record(args: argparse.Namespace) -> int:
    """Record topics into a bag until Ctrl-C."""
    from rosbags.rosbag2 import StoragePlugin, Writer

    if not (args.all or args.topics or args.topics_positional or args.regex):
        raise CommandError("Need to specify at least one option out of --all, --topics, --regex")
    path = Path(args.output or time.strftime("rosbag2_%Y_%m_%d-%H_%M_%S"))
    if path.exists():
        raise CommandError(f"Output folder '{path}' already exists.")
    custom = [entry.partition("=") for entry in args.custom_data]
    plugin = StoragePlugin.MCAP if args.storage == "mcap" else StoragePlugin.SQLITE3
    with direct_node(args) as node, Writer(path, version=9, storage_plugin=plugin) as writer:
        for key, _, value in custom:
            writer.set_custom_data(key, value)
        recorder = _Recorder(args, node, writer)
        recorder.discover()
        print("[INFO] [rosbag2_recorder]: Listening for topics...", flush=True)
        node.create_timer(args.polling_interval * 1e-3, recorder.discover)
        spin(node, period_s=0.2)
        print(
            f"[INFO] [rosbag2_recorder]: Recording stopped: {recorder.messages} messages "
            f"in '{path}'"
        )
    return 0
