"""What a link and its owner say to each other: a message goes out, and what happens on the connection comes back."""

from dataclasses import dataclass
from typing import Final, TypeAlias

UNNUMBERED: Final = 0
"""The number of a message that came with QoS 0: the broker waits for no acknowledgement, and hangs up on one."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is published, always with QoS 1."""

    topic: str
    payload: bytes
    retain: bool = False
    expiry_s: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the broker announced in its CONNACK; None where it said nothing."""

    receive_maximum: int | None
    maximum_packet: int | None
    shared_subscriptions: bool


@dataclass(frozen=True, slots=True)
class Up:
    """The broker accepted the connection."""

    link: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class Down:
    """The connection ended.

    Attributes:
        link: which.
        reason: in words.
        refused: by the broker's decision on who we are.
        version: it wants another MQTT.
        blameless: by the broker's own word it was not over a message that we sent.
    """

    link: int
    reason: str
    refused: bool = False
    version: bool = False
    blameless: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A message came in; ``Link.acknowledge(mid)`` once it is dealt with. ``retained``: it was said some time ago."""

    link: int
    topic: str
    payload: bytes
    mid: int
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """The broker acknowledged a publish (which does not mean that anybody stored it); ``problem`` when it refused."""

    link: int
    mid: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The broker answered a subscription."""

    link: int
    granted: bool


LinkEvent: TypeAlias = Up | Down | Received | Settled | Subscribed
