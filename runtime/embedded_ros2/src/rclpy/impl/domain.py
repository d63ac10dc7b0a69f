"""The DDS domain: configuration from ROS 2's environment variables, and the participant."""

from __future__ import annotations

import os
import threading
from urllib.parse import urlparse
from urllib.request import url2pathname

from cyclonedds.core import DDSException, Policy, Qos
from cyclonedds.domain import Domain, DomainParticipant

# As rmw_cyclonedds for LOCALHOST, with more indices so that many processes fit.
_MAX_PARTICIPANT_INDEX = 99
# An image leaves as one burst. A subscription of Fast DDS, with a receive buffer of 208 KiB,
# copes with packets of this size; with Cyclone's own (fragments of 1344 B, packets of 14,720 B) it
# lost half the images, and with packets above 32 KiB, for which Linux counts 128 KiB, nearly as
# many.
_PACKETS = "<MaxMessageSize>16000B</MaxMessageSize><FragmentSize>15800B</FragmentSize>"
# What is sent while a process has no processor waits here: with Cyclone's 1 MiB, a recorder that
# stood still for 1.2 s lost its last 0.4 s of small images. The system gives net.core.rmem_max.
_RECEIVE_BUFFER = '<Internal><SocketReceiveBufferSize max="8MB"/></Internal>'
# Types match by name, as in every rmw: what other participants say of their types (vendors RTI,
# eProsima, Cyclone) is not kept. Else Cyclone 11 adds it to a tree that the making of a topic
# reads without a lock: the topic is refused, or the process dies.
_TYPES = (
    "<Compatibility><IgnoreTypeInformation>1.1,1.15,1.16</IgnoreTypeInformation></Compatibility>"
)
_RANGES = ("OFF", "LOCALHOST", "SUBNET", "SYSTEM_DEFAULT")
_domains: dict[int, Domain] = {}
_lock = threading.Lock()


def domain_id_from_environment() -> int:
    """``ROS_DOMAIN_ID``, 0 where it is unset.

    Raises:
        RuntimeError: It is no number from 0 to 232.
    """
    text = os.environ.get("ROS_DOMAIN_ID", "").strip() or "0"
    if not text.isdigit() or int(text) > 232:
        raise RuntimeError(f"ROS_DOMAIN_ID={text!r} is no domain: give a number from 0 to 232")
    return int(text)


def discovery_range() -> str:
    """``ROS_AUTOMATIC_DISCOVERY_RANGE``; this machine only where it is unset."""
    if os.environ.get("ROS_LOCALHOST_ONLY") == "1":
        return "LOCALHOST"
    text = os.environ.get("ROS_AUTOMATIC_DISCOVERY_RANGE", "").strip().upper() or "LOCALHOST"
    if text not in _RANGES:
        raise RuntimeError(
            f"ROS_AUTOMATIC_DISCOVERY_RANGE={text!r} is unknown: give one of {', '.join(_RANGES)}"
        )
    return text


def _uri_text(uri: str) -> str:
    """Contents of a CYCLONEDDS_URI, which mixes inline XML and file URIs."""
    if "<" in uri:
        return uri
    texts = []
    for part in uri.split(","):
        parsed = urlparse(part.strip())
        path = url2pathname(parsed.path) if parsed.scheme == "file" else part.strip()
        try:
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
        except OSError:
            continue  # Cyclone itself reports a file that it cannot read.
    return " ".join(texts)


def configuration() -> str:
    """Cyclone DDS configuration for the environment; the user's own comes last and wins."""
    user = os.environ.get("CYCLONEDDS_URI", "").strip()
    scope = discovery_range()
    if scope == "SYSTEM_DEFAULT":
        own = f'<CycloneDDS><Domain id="any">{_TYPES}</Domain></CycloneDDS>'
        return f"{own},{user}" if user else own
    peers = [p for p in os.environ.get("ROS_STATIC_PEERS", "").split(";") if p.strip()]
    general, discovery = _PACKETS, ""
    if scope == "OFF":
        peers = []
        discovery += (
            f"<ParticipantIndex>none</ParticipantIndex><Tag>ros_discovery_off_{os.getpid()}</Tag>"
        )
        general += "<AllowMulticast>false</AllowMulticast>"
    elif scope == "LOCALHOST":
        if not peers and "NetworkInterface" not in _uri_text(user):
            general += '<Interfaces><NetworkInterface name="lo" multicast="false"/></Interfaces>'
        general += "<AllowMulticast>false</AllowMulticast>"
        peers = ["localhost", *peers]
    if peers:
        listed = "".join(f'<Peer Address="{peer.strip()}"/>' for peer in peers)
        discovery += (
            "<ParticipantIndex>auto</ParticipantIndex>"
            f"<MaxAutoParticipantIndex>{_MAX_PARTICIPANT_INDEX}</MaxAutoParticipantIndex>"
            f"<Peers>{listed}</Peers>"
        )
    own = (
        f'<CycloneDDS><Domain id="any"><General>{general}</General>'
        f"<Discovery>{discovery}</Discovery>{_RECEIVE_BUFFER}{_TYPES}</Domain></CycloneDDS>"
    )
    return f"{own},{user}" if user else own


def create_participant(domain_id: int) -> DomainParticipant:
    """Join a domain, as a ROS 2 participant.

    Raises:
        RuntimeError: Cyclone DDS could not join, with the usual causes.
    """
    with _lock:
        if domain_id not in _domains:
            try:
                _domains[domain_id] = Domain(domain_id, configuration())
            except DDSException as error:
                # Somebody in this process made the domain before us: we live in theirs.
                if error.code != DDSException.DDS_RETCODE_PRECONDITION_NOT_MET:
                    raise RuntimeError(
                        f"cannot join the DDS domain {domain_id}: {error}; look at CYCLONEDDS_URI"
                    ) from error
    try:
        return DomainParticipant(domain_id, Qos(Policy.Userdata(b"enclave=/;")))
    except DDSException as error:
        raise RuntimeError(
            f"cannot join the DDS domain {domain_id}: {error}; there may be too many "
            "participants on this machine, or CYCLONEDDS_URI is wrong"
        ) from error


def leave_domains() -> None:
    """End Cyclone DDS' threads at the end of the process, before the interpreter is gone."""
    with _lock:
        domains = list(_domains.values())
        _domains.clear()
    for domain in domains:
        domain.__del__()
