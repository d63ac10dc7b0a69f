"""Why a subscription's QoS cannot be served by a publisher's, or might not be."""

from __future__ import annotations

from typing import Any

from rclpy.qos import DurabilityPolicy, LivelinessPolicy, QoSProfile, ReliabilityPolicy

# Policy -> (what a publisher can offer least, what a subscription can ask for most).
_EXTREMES: dict[str, tuple[Any, Any]] = {
    "reliability": (ReliabilityPolicy.BEST_EFFORT, ReliabilityPolicy.RELIABLE),
    "durability": (DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL),
    "liveliness": (LivelinessPolicy.AUTOMATIC, LivelinessPolicy.MANUAL_BY_TOPIC),
}
# The sentences are those of ROS 2, misspelling and all: tools look for them.
_CLASHES = {
    "reliability": "Best effort publisher and reliable subscription",
    "durability": "Volatile publisher and transient local subscription",
    "liveliness": "Publisher's liveliness is automatic and subscription's is manual by topic",
}
_BOTH_OPEN = {
    "reliability": "Publisher reliability is {0} and subscription reliability is {1}",
    "durability": "Publisher durabilty is {0} and subscription durability is {1}",
    "liveliness": "Publisher liveliness is {0} and subscription liveliness is {1}",
}
_OFFER_OPEN = {
    "reliability": "Reliable subscription, but publisher is {0}",
    "durability": "Transient local subscription, but publisher is {0}",
    "liveliness": "Subscription's liveliness is manual by topic, but publisher's is {0}",
}
_REQUEST_OPEN = {
    "reliability": "Best effort publisher, but subscription is {1}",
    "durability": "Volatile publisher, but subscription is {1}",
    "liveliness": "Publisher's liveliness is automatic, but subscription's is {1}",
}


def errors(offered: QoSProfile, asked: QoSProfile) -> list[str]:
    """Return a sentence for each policy that keeps the two apart."""
    found = [_clash("reliability", offered, asked), _clash("durability", offered, asked)]
    found.append(_span(offered.deadline, asked.deadline, "a deadline", "deadline", "deadline"))
    found.append(_clash("liveliness", offered, asked))
    found.append(
        _span(
            offered.liveliness_lease_duration,
            asked.liveliness_lease_duration,
            "a liveliness lease duration",
            "liveliness lease duration",
            "",
        )  # fmt: skip
    )
    return [f"ERROR: {sentence};" for sentence in found if sentence]


def _clash(policy: str, offered: QoSProfile, asked: QoSProfile) -> str:
    pair = getattr(offered, policy), getattr(asked, policy)
    return _CLASHES[policy] if pair == _EXTREMES[policy] else ""


def _span(give: Any, want: Any, thing: str, name: str, other: str) -> str:
    if want.nanoseconds and not give.nanoseconds:
        return f"Subscription has {thing}, but publisher does not"
    if want.nanoseconds and want.nanoseconds < give.nanoseconds:
        return f"Subscription {name} is less than publisher {other}".rstrip()
    return ""


def warnings(offered: QoSProfile, asked: QoSProfile) -> list[str]:
    """Return a sentence for each policy that is left to the system where it would matter."""
    found = []
    for policy, (least, most) in _EXTREMES.items():
        give, want = getattr(offered, policy), getattr(asked, policy)
        open_offer, open_request = _is_open(give), _is_open(want)
        sentence = ""
        if open_offer and open_request:
            sentence = _BOTH_OPEN[policy]
        elif open_offer and want == most:
            sentence = _OFFER_OPEN[policy]
        elif open_request and give == least:
            sentence = _REQUEST_OPEN[policy]
        if sentence:
            found.append(f"WARNING: {sentence.format(give.short_key, want.short_key)};")
    return found


def _is_open(policy: Any) -> bool:
    return policy.name in ("SYSTEM_DEFAULT", "UNKNOWN")
