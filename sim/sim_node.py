"""The simulator as a ROS 2 node: sensors, /clock and odometry out, cmd_vel in, at the wall's pace.

A message is published when it arrives in simulation, under the stamp of its measurement. The node
itself lives on a steady clock: it is the one that makes ROS time go on.
"""

import math
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.executors import SingleThreadedExecutor
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy, qos_profile_sensor_data
from rclpy.signals import SignalHandlerOptions
from rosgraph_msgs.msg import Clock as ClockMessage
from sensor_msgs.msg import Image, Imu, LaserScan

from liquid_control_sim.ros import messages
from liquid_control_sim.ros.pacing import Pacer, Rhythm
from liquid_control_sim.ros.parameters import ParameterError, SimParameters, read_parameters
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation

CLOCK_QOS = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)


class SimNode(Node):
    """One robot in one world.

    out: scan, imu, image (sensor-data QoS), odom (from the wheels), ground_truth, /clock, ~/status
    in:  cmd_vel; the robot stops when none came for cmd_vel_timeout, or when one is no number
    """

    def __init__(self, **options: Any) -> None:
        super().__init__('sim_node', **options)
        self.parameters = read_parameters(self)
        self.simulation = _simulation(self.parameters)
        self.published: Counter[str] = Counter()
        self.commands = 0
        self._commanded_ns = self.simulation.now_ns
        self._advertise()
        self._subscribe()
        self._pacer = Pacer(
            self.parameters.real_time_factor, self.simulation.now_ns, time.monotonic_ns()
        )
        self._odom_rhythm = Rhythm(self.parameters.odom_rate)
        self._status_rhythm = Rhythm(self.parameters.status_rate)
        self.create_timer(
            1.0 / self.parameters.update_rate,
            self.update,
            clock=Clock(clock_type=ClockType.STEADY_TIME),
        )
        self.get_logger().info(f'simulating seed {self.parameters.seed}')

    def update(self) -> None:
        """Run the simulation to where the wall's clock says, and publish all that happened."""
        due_ns = self._pacer.due_ns(time.monotonic_ns(), self.simulation.now_ns)
        if due_ns - self._commanded_ns > self.parameters.cmd_vel_timeout * 1e9:
            self.simulation.command(0.0, 0.0)
        for message in self.simulation.run_until(due_ns):
            self._deliver(message)
        now_ns = self.simulation.now_ns
        self._clock.publish(messages.clock(now_ns))
        if self._odom_rhythm.due(now_ns):
            self._odom.publish(messages.wheel_odometry(self.simulation))
            self._truth.publish(messages.ground_truth(self.simulation))
        if self._status_rhythm.due(now_ns):
            self._status.publish(messages.status(self.simulation, self._figures()))

    def on_command(self, twist: Twist) -> None:
        """Drive so from now on."""
        command = (twist.linear.x, twist.angular.z)
        if not all(map(math.isfinite, command)):
            self.get_logger().warning(f'cmd_vel is {command}: stopped', throttle_duration_sec=1.0)
            command = (0.0, 0.0)
        self.commands += 1
        self._commanded_ns = self.simulation.now_ns
        self.simulation.command(*command)

    def _advertise(self) -> None:
        sensors = self.simulation.config.sensors
        assert sensors.lidar
        assert sensors.imu
        lidar, imu = sensors.lidar, sensors.imu
        qos = qos_profile_sensor_data
        scans = self.create_publisher(LaserScan, 'scan', qos)
        imus = self.create_publisher(Imu, 'imu', qos)
        images = self.create_publisher(Image, 'image', qos)
        self._sensors: dict[str, Callable[[Message], None]] = {
            'lidar': lambda m: scans.publish(messages.scan(m.event, lidar)),
            'imu': lambda m: imus.publish(messages.imu(m.event, imu)),
            'camera': lambda m: images.publish(messages.image(m.event)),
        }
        self._clock = self.create_publisher(ClockMessage, '/clock', CLOCK_QOS)
        self._odom = self.create_publisher(Odometry, 'odom', 10)
        self._truth = self.create_publisher(Odometry, 'ground_truth', 10)
        self._status = self.create_publisher(DiagnosticStatus, '~/status', 10)

    def _subscribe(self) -> None:
        if self.parameters.enable_stamped_cmd_vel:
            self.create_subscription(
                TwistStamped, 'cmd_vel', lambda message: self.on_command(message.twist), 10
            )
        else:
            self.create_subscription(Twist, 'cmd_vel', self.on_command, 10)

    def _deliver(self, message: Message) -> None:
        self._clock.publish(messages.clock(message.delivered_ns))
        if message.event.sensor not in self._sensors:
            return
        self._sensors[message.event.sensor](message)
        self.published[message.event.sensor] += 1

    def _figures(self) -> dict[str, float]:
        sent = {f'published_{sensor}': self.published[sensor] for sensor in self._sensors}
        return {**sent, 'commands': self.commands}


def _simulation(parameters: SimParameters) -> Simulation:
    config = scenario(task={'type': 'beacon', 'mode': parameters.mode})
    return Simulation(config, parameters.seed)


def main(args: Sequence[str] | None = None) -> int:
    """Simulate until SIGINT or SIGTERM. Returns 0, or 1 if a parameter cannot be used."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    try:
        executor = SingleThreadedExecutor()
        executor.add_node(SimNode())
        while not stop.is_set():
            executor.spin_once(timeout_sec=0.1)
    except ParameterError as error:
        get_logger('sim_node').fatal(str(error))
        return 1
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
