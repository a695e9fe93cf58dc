"""What the drive node publishes beside /diagnostics: commands, the guard's word, the network."""

from collections.abc import Callable

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from geometry_msgs.msg import Point
from rclpy.duration import Duration
from rclpy.event_handler import PublisherEventCallbacks
from rclpy.lifecycle import LifecycleNode, LifecyclePublisher
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions
from std_msgs.msg import Float32MultiArray, MultiArrayDimension
from visualization_msgs.msg import Marker

from liquid_control.nodes.ros_time import RosTime
from liquid_control.nodes.serialised import SerialisedTwist
from liquid_control.safety import Verdict

LEVELS = {'none': DiagnosticStatus.OK, 'stop': DiagnosticStatus.ERROR}


class Outputs:
    """The publishers of a configured node; they speak only while it is active.

    mismatched: told of each subscriber whose QoS keeps it from hearing, with the topic's name.
    """

    def __init__(
        self,
        node: LifecycleNode,
        clock: RosTime,
        frame_id: str,
        stamped: bool,
        mismatched: Callable[[str], None],
    ) -> None:
        self._node = node
        self._clock = clock
        self._mismatched = mismatched
        self._command = SerialisedTwist(frame_id) if stamped else SerialisedTwist()
        newest, latched = DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL
        self._commands = self._publisher(self._command.kind, 'cmd_vel', newest)
        self._verdicts = self._publisher(DiagnosticStatus, '~/guard', latched)
        self._markers = self._publisher(Marker, '~/guard_points', latched)
        self._states = self._publisher(Float32MultiArray, '~/policy_state', newest)
        self._marker = _marker(frame_id)

    @property
    def command_topic(self) -> str:
        """cmd_vel under the name that it has on the graph."""
        return self._commands.topic_name

    @property
    def state_is_wanted(self) -> bool:
        """Whether anybody listens to ~/policy_state."""
        return self._states.get_subscription_count() > 0

    def command(self, command: np.ndarray) -> None:
        """float64 [2], m/s and rad/s, on cmd_vel. Not from two threads at once."""
        linear, angular = command.tolist()
        self._commands.publish(self._command.filled(linear, angular, self._clock.now_ns()))

    def verdict(self, verdict: Verdict) -> None:
        """On ~/guard, and the points that made it act as a marker."""
        self._verdicts.publish(_status(self._node.get_name(), verdict))
        marker = self._marker
        marker.header.stamp = self._node.get_clock().now().to_msg()
        clouds = list(verdict.points.values())
        marker.points = [Point(x=float(x), y=float(y)) for cloud in clouds for x, y in cloud]
        marker.action = Marker.ADD if marker.points else Marker.DELETE
        self._markers.publish(marker)

    def state(self, state: np.ndarray, time_constants: np.ndarray) -> None:
        """On ~/policy_state: [2, neurons] float32, potentials and effective time constants, s."""
        message = Float32MultiArray()
        neurons = len(state)
        message.layout.dim = [
            MultiArrayDimension(label='state,time_constant', size=2, stride=2 * neurons),
            MultiArrayDimension(label='neuron', size=neurons, stride=neurons),
        ]
        message.data = np.concatenate((state, time_constants)).astype(np.float32).tolist()
        self._states.publish(message)

    def flush(self) -> None:
        """Wait a moment until every subscriber has the last command."""
        self._commands.wait_for_all_acked(Duration(seconds=0.2))

    def destroy(self) -> None:
        for publisher in (self._commands, self._verdicts, self._markers, self._states):
            self._node.destroy_lifecycle_publisher(publisher)

    def _publisher(
        self, kind: type, topic: str, durability: DurabilityPolicy
    ) -> LifecyclePublisher:
        events = PublisherEventCallbacks(incompatible_qos=lambda _: self._mismatched(topic))
        return self._node.create_lifecycle_publisher(
            kind,
            topic,
            QoSProfile(depth=1, durability=durability),
            event_callbacks=events,
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )


def _status(name: str, verdict: Verdict) -> DiagnosticStatus:
    points = {source: len(cloud) for source, cloud in verdict.points.items()}
    values = {
        'action': verdict.action,
        'zone': verdict.zone,
        'sources': ' '.join(points),
        'points': sum(points.values()),
    }
    return DiagnosticStatus(
        level=LEVELS.get(verdict.action, DiagnosticStatus.WARN),
        name=f'{name}: guard',
        message=verdict.reason or 'nothing in the way',
        hardware_id=name,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )


def _marker(frame_id: str) -> Marker:
    marker = Marker(ns='guard', type=Marker.POINTS)
    marker.header.frame_id = frame_id
    marker.pose.orientation.w = 1.0
    marker.scale.x = marker.scale.y = 0.05
    marker.color.r = marker.color.a = 1.0
    return marker
