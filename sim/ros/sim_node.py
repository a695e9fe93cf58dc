"""The simulator as a ROS 2 node: sensors, /clock and ground truth out, cmd_vel in, at the wall's
pace.

A message is published when it arrives in simulation, under the stamp of its measurement. The node
itself lives on a steady clock: it is the one that makes ROS time go on.
"""

import math
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import rclpy
from geometry_msgs.msg import Twist, TwistStamped
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.executors import SingleThreadedExecutor
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from std_srvs.srv import SetBool, Trigger

from liquid_control_sim.ros.episode import Episode
from liquid_control_sim.ros.outputs import Outputs
from liquid_control_sim.ros.pacing import Pacer, Rhythm
from liquid_control_sim.ros.parameters import (
    ParameterError,
    declare_parameters,
    read_parameters,
)
from liquid_control_sim.simulation import Simulation

SLICE_NS = 5_000_000
"""As fast as can be means in slices of this, simulated, so that commands are heard meanwhile."""


class SimNode(Node):
    """One robot in one world.

    out: scan, imu, image (sensor-data QoS), odom, goal_pose (latched), ground_truth, /clock, /tf,
         /tf_static, ~/status, ~/collision (where the robot is when it bumps into something)
    in:  cmd_vel; the robot stops when none came for cmd_vel_timeout, or when one is no number
    services: ~/reset begins a new episode with the parameters as they are then; ROS time goes on.
         ~/pause stops and continues simulated time.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__('sim_node', **options)
        self.parameters = declare_parameters(self)
        self.commands = 0
        self._outputs = Outputs(self)
        self._episode = Episode(self.parameters.scenario(), self.parameters.seed)
        self._paused = False
        self._truth_rhythm = Rhythm(self.parameters.ground_truth_rate)
        self._status_rhythm = Rhythm(self.parameters.status_rate)
        self._listen()
        self._begin()
        self.add_post_set_parameters_callback(lambda _: self._follow_parameters())
        self.create_timer(
            1.0 / self.parameters.update_rate,
            self.update,
            clock=Clock(clock_type=ClockType.STEADY_TIME),
        )

    @property
    def simulation(self) -> Simulation:
        return self._episode.simulation

    @property
    def now_ns(self) -> int:
        """ROS time."""
        return self._episode.now_ns

    def update(self) -> None:
        """Run the simulation to where the wall's clock says, and publish all that happened."""
        if self._paused:
            self._outputs.send_clock(self.now_ns)
            return
        if self.parameters.real_time_factor > 0.0:
            self._run_until(self._pacer.due_ns(time.monotonic_ns(), self.now_ns))
            return
        stop = time.monotonic() + 1.0 / self.parameters.update_rate
        while time.monotonic() < stop:
            self._run_until(self.now_ns + SLICE_NS)

    def on_command(self, twist: Twist) -> None:
        """Drive so from now on."""
        command = (twist.linear.x, twist.angular.z)
        if not all(map(math.isfinite, command)):
            self.get_logger().warning(f'cmd_vel is {command}: stopped', throttle_duration_sec=1.0)
            command = (0.0, 0.0)
        self.commands += 1
        self._commanded_ns = self.now_ns
        self.simulation.command(*command)

    def on_reset(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Begin a new episode."""
        parameters = read_parameters(self)
        try:
            episode = Episode(parameters.scenario(), parameters.seed, self.now_ns)
        except (ParameterError, ValueError) as error:
            response.success, response.message = False, str(error)
            return response
        self.parameters, self._episode = parameters, episode
        self._begin()
        response.success, response.message = True, f'seed {parameters.seed}'
        return response

    def on_pause(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        """Stop simulated time, or let it go on."""
        self._paused = request.data
        self._pace()
        response.success, response.message = True, 'paused' if self._paused else 'running'
        return response

    def _listen(self) -> None:
        if self.parameters.enable_stamped_cmd_vel:
            self.create_subscription(
                TwistStamped, 'cmd_vel', lambda message: self.on_command(message.twist), 10
            )
        else:
            self.create_subscription(Twist, 'cmd_vel', self.on_command, 10)
        self.create_service(Trigger, '~/reset', self.on_reset)
        self.create_service(SetBool, '~/pause', self.on_pause)

    def _begin(self) -> None:
        self._commanded_ns = self.now_ns
        self._bumps = 0
        self._outputs.begin(self._episode)
        self._pace()
        self.get_logger().info(f'simulating seed {self._episode.seed}')

    def _pace(self) -> None:
        """From here and now on."""
        factor = self.parameters.real_time_factor
        self._pacer = Pacer(factor, self.now_ns, time.monotonic_ns())

    def _follow_parameters(self) -> None:
        """The pace changes at once, the rest with the next episode."""
        now = read_parameters(self)
        self.parameters = replace(
            self.parameters,
            real_time_factor=now.real_time_factor,
            cmd_vel_timeout=now.cmd_vel_timeout,
        )
        self._pace()

    def _run_until(self, time_ns: int) -> None:
        outputs, episode = self._outputs, self._episode
        if time_ns - self._commanded_ns > self.parameters.cmd_vel_timeout * 1e9:
            self.simulation.command(0.0, 0.0)
        for message in episode.run_until(time_ns):
            outputs.send(message)
        outputs.send_clock(self.now_ns)
        if self.simulation.collisions > self._bumps:
            self._bumps = self.simulation.collisions
            outputs.send_collision(episode)
        if self._truth_rhythm.due(self.now_ns):
            outputs.send_truth(episode)
        if self._status_rhythm.due(self.now_ns):
            outputs.send_status(episode, {'commands': self.commands})
            outputs.send_goal(episode)


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
