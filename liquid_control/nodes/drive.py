"""What a configured drive node holds: subscriptions, the cmd_vel publisher, the pilot, figures."""

import time
from functools import partial
from typing import Any

import numpy as np
import torch
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import Twist, TwistStamped
from rclpy.clock import Clock, ClockType, JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from rclpy.timer import Timer

from liquid_control.nodes import diagnostics
from liquid_control.nodes.inputs import Reader, build_inputs
from liquid_control.nodes.messages import MessageError, stamp_ns
from liquid_control.nodes.meter import Meter
from liquid_control.nodes.parameters import ParameterError, Parameters
from liquid_control.nodes.pilot import Pilot
from liquid_control.policy import CameraSpec, Engine, Policy, load_bundle
from liquid_control.safety import Limiter, Watchdog
from liquid_control.stream import Event, Step, Timeline

LAST_COMMANDS = 3  # zero commands that end a drive
COMPLAINT_PERIOD_S = 10.0  # what goes wrong is counted every time, and logged this often


class Drive:
    """Lives from configuration to cleanup, and moves the robot between start() and stop().

    Stamps are compared with the node's ROS clock, silence is measured on the steady clock, and
    acceleration too, but in a simulation by the simulator's clock: the robot lives there.

    Raises BundleError or ParameterError; then nothing was created on the node.
    """

    def __init__(self, node: LifecycleNode, settings: Parameters) -> None:
        self._node = node
        self._settings = settings
        policy = load_bundle(settings.policy)
        inputs = build_inputs(policy.spec, settings.max_invalid_ratio)
        self._pilot = build_pilot(policy, settings)
        self._meters = {name: Meter() for name in inputs}
        self._complaints_ns: dict[str, int] = {}
        self._standing = True
        self._sent_ns = 0
        self._ticker: Timer | None = None
        command = TwistStamped if settings.enable_stamped_cmd_vel else Twist
        self._commands = node.create_lifecycle_publisher(command, 'cmd_vel', QoSProfile(depth=1))
        self._subscriptions = [
            node.create_subscription(
                entry.message,
                entry.topic,
                partial(self._receive, sensor, entry.read),
                qos_profile_sensor_data,
            )
            for sensor, entry in inputs.items()
        ]
        threshold = JumpThreshold(
            min_forward=None, min_backward=Duration(nanoseconds=-1), on_clock_change=True
        )
        self._jumps = node.get_clock().create_jump_callback(threshold, post_callback=self._jump)

    def start(self) -> None:
        """Forget what was, and command from now on: zero until the required sensors are heard."""
        self._pilot.reset()
        self._meters = {sensor: Meter() for sensor in self._meters}
        self._complaints_ns = {'watchdog': time.monotonic_ns()}
        self._standing = True
        period_s = 1.0 / self._settings.publish_rate
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._ticker = self._node.create_timer(period_s, self._tick, clock=steady)
        self._node.get_logger().info(f'active, waiting for {", ".join(self._meters)}')

    def stop(self) -> None:
        """Bring the robot to a stand; several commands and a short wait see to it that it hears.

        Nothing happens if it was not started.
        """
        if self._ticker is None:
            return
        self._node.destroy_timer(self._ticker)
        self._ticker = None
        self._pilot.reset()
        for _ in range(LAST_COMMANDS):
            self._publish(np.zeros(2))
            time.sleep(0.01)
        self._commands.wait_for_all_acked(Duration(seconds=0.2))

    def destroy(self) -> None:
        """Take everything off the node that was put on it."""
        self.stop()
        self._jumps.unregister()
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._node.destroy_lifecycle_publisher(self._commands)

    def report(self) -> list[DiagnosticStatus]:
        """The statuses for /diagnostics."""
        name = self._node.get_name()
        if self._ticker is None:
            return diagnostics.idle(name, '')
        return diagnostics.active(name, self._pilot, self._meters, time.monotonic_ns())

    def _receive(self, sensor: str, read: Reader, message: Any) -> None:
        """The one way in: every message of every sensor passes here, in order of arrival."""
        receipt_ns = time.monotonic_ns()
        if self._ticker is None:
            return
        meter = self._meters[sensor]
        meter.receive(receipt_ns)
        now_ns = self._now_ns()
        measured_ns = self._stamp(sensor, message, now_ns)
        faults = self._pilot.policy_faults
        try:
            event = Event(measured_ns, sensor, read(message))
            used = self._pilot.accept(event, now_ns, receipt_ns)
        except MessageError as error:
            meter.reject(str(error))
            self._complain(sensor, f'message refused: {error}')
            return
        if self._pilot.policy_faults > faults:
            self._complain('policy', 'the policy gave no finite command: memory erased, standing')
        if used:
            self._command()
            meter.latency_ms.add((self._now_ns() - measured_ns) * 1e-6)
            meter.step_ms.add((time.monotonic_ns() - receipt_ns) * 1e-6)

    def _stamp(self, sensor: str, message: Any, now_ns: int) -> int:
        measured_ns = stamp_ns(message.header.stamp)
        if measured_ns:
            return measured_ns
        text = f'{sensor}: stamps are zero, taking the time of receipt; is the driver set up?'
        self._complain(f'{sensor} stamp', text)
        return now_ns

    def _tick(self) -> None:
        steady_ns = time.monotonic_ns()
        reason = diagnostics.standstill_reason(self._pilot, self._meters, steady_ns)
        if reason:
            self._complain('watchdog', f'standing: {reason}')
        elif self._standing:
            self._complaints_ns.pop('watchdog', None)
            self._node.get_logger().info('driving: every required sensor is heard')
        self._standing = bool(reason)
        if steady_ns - self._sent_ns >= 1e9 / self._settings.publish_rate:
            self._command()

    def _command(self) -> None:
        steady_ns = self._sent_ns = time.monotonic_ns()
        simulated = self._node.get_clock().ros_time_is_active
        pace_ns = self._now_ns() if simulated else steady_ns
        self._publish(self._pilot.command(steady_ns, pace_ns))

    def _publish(self, command: np.ndarray) -> None:
        twist = Twist()
        twist.linear.x, twist.angular.z = float(command[0]), float(command[1])
        if not self._settings.enable_stamped_cmd_vel:
            self._commands.publish(twist)
            return
        message = TwistStamped(twist=twist)
        message.header.stamp = self._node.get_clock().now().to_msg()
        message.header.frame_id = self._settings.frame_id
        self._commands.publish(message)

    def _jump(self, jump: TimeJump) -> None:
        """ROS time went back or changed its source: nothing that was heard is true any more."""
        self._node.get_logger().warning('the ROS clock jumped: memory erased, waiting for sensors')
        self._pilot.reset()

    def _complain(self, topic: str, text: str) -> None:
        now_ns = time.monotonic_ns()
        last_ns = self._complaints_ns.get(topic)
        if last_ns is None or now_ns - last_ns > COMPLAINT_PERIOD_S * 1e9:
            self._complaints_ns[topic] = now_ns
            self._node.get_logger().warning(text)

    def _now_ns(self) -> int:
        return self._node.get_clock().now().nanoseconds


def build_pilot(policy: Policy, settings: Parameters) -> Pilot:
    """Put a policy behind event time, watchdog and limits; its first, slow steps are taken here.

    Raises ParameterError for a device that is not there. One thread is enough for one robot; more
    would fight with the other processes.
    """
    torch.set_num_threads(1)
    try:
        engine = Engine(policy, rules=settings.rules, device=settings.device)
    except (RuntimeError, ValueError) as error:
        raise ParameterError(f'parameter device: {str(error).splitlines()[0]}') from None
    for sensor, spec in policy.spec.sensors.items():
        kind = np.uint8 if isinstance(spec, CameraSpec) else np.float32
        features = engine.encode(sensor, np.zeros((1, *spec.shape), kind))[0]
        engine.drive(Step(Event(0, sensor, features), dt=0.0, reset=True))
    sources = {name: settings.sources[name] for name in policy.spec.sensors}
    return Pilot(engine, Timeline(settings.rules), Watchdog(sources), Limiter(settings.limits))
