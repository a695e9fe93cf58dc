"""The drive node's ears: one subscription for each feed of each sensor, and who else speaks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription

from liquid_control.messages.inputs import Feed

DEPTH = 20  # a tenth of a second of an IMU at 200 Hz: a busy machine may take as long to listen
QOS = {'newest': ReliabilityPolicy.BEST_EFFORT, 'every': ReliabilityPolicy.RELIABLE}


@dataclass(frozen=True)
class Speakers:
    """Who publishes on a sensor's topic. topic: its name on the graph."""

    sensor: str
    topic: str
    count: int


class Subscriptions:
    """Subscriptions of a configured node, by sensor.

    mismatched: told of each publisher whose QoS keeps it from being heard, with the topic's name.
    lost: by sensor, how many messages the middleware says it lost.
    """

    def __init__(self, node: LifecycleNode, mismatched: Callable[[str], None]) -> None:
        self.lost: dict[str, int] = {}
        self._node = node
        self._mismatched = mismatched
        self._all: list[tuple[str, Subscription]] = []

    def add(self, sensor: str, feed: Feed, receive: Callable[[bytes], None]) -> None:
        """Hear the feed's topic from now on; messages come as they are, serialised."""
        self.lost.setdefault(sensor, 0)

        def lose(event: Any) -> None:
            self.lost[sensor] += event.total_count_change

        subscription = self._node.create_subscription(
            feed.message,
            feed.topic,
            receive,
            # made anew, since overrides are written into it
            QoSProfile(depth=DEPTH, reliability=QOS[feed.delivery]),
            event_callbacks=SubscriptionEventCallbacks(
                incompatible_qos=lambda _: self._mismatched(feed.topic), message_lost=lose
            ),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
            raw=True,
        )
        self._all.append((sensor, subscription))

    def speakers(self) -> list[Speakers]:
        """The publishers of each topic, now."""
        return [
            Speakers(sensor, subscription.topic_name, subscription.get_publisher_count())
            for sensor, subscription in self._all
        ]

    def destroy(self) -> None:
        for _, subscription in self._all:
            self._node.destroy_subscription(subscription)
        self._all.clear()
