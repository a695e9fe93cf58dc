"""The drive node: sensors in, a liquid policy, velocity commands out, as a ROS 2 lifecycle node.

    in    scan (LaserScan)  imu (Imu)  image (Image)      best effort, last 5
    out   cmd_vel (TwistStamped, or Twist)                reliable, last 1, only while active
          /diagnostics (DiagnosticArray)                  1 Hz in every state

Here is the lifecycle and the process. A command follows every measurement that is used; where
none comes, a timer on the steady clock publishes, so that neither a silent sensor nor a stopped
ROS clock keeps the robot going. Zero commands end every drive: deactivation, shutdown, an error,
SIGINT and SIGTERM.
"""

import functools
import gc
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock, ClockType
from rclpy.executors import SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions

from liquid_control.nodes import diagnostics, parameters
from liquid_control.nodes.drive import Drive
from liquid_control.nodes.parameters import ParameterError
from liquid_control.policy import BundleError

Transition = Callable[['DriveNode', LifecycleState], TransitionCallbackReturn]


def logged(transition: Transition) -> Transition:
    """Log what a transition raises: rclpy makes an error transition of it without a word."""

    @functools.wraps(transition)
    def wrapper(node: 'DriveNode', state: LifecycleState) -> TransitionCallbackReturn:
        try:
            return transition(node, state)
        except Exception:
            node.get_logger().error(f'{transition.__name__} raised:\n{traceback.format_exc()}')
            raise

    return wrapper


class DriveNode(LifecycleNode):
    """Drives one robot. Raises ParameterError for parameters that cannot be.

    Composable: add it to an executor that runs one callback at a time; close() it in the end.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__('drive_node', **kwargs)
        self._drive: Drive | None = None
        self._error = ''
        self._finalized = False
        try:
            parameters.declare(self)
            autostart = parameters.read(self).autostart
        except ParameterError:
            self.destroy_node()
            raise
        parameters.refuse_bad_changes(self, lambda: self._drive is None)
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self.create_timer(1.0, self._report, clock=Clock(clock_type=ClockType.STEADY_TIME))
        if autostart and self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
            self.trigger_activate()

    def close(self) -> None:
        """Bring the robot to a stand and the node to its final state."""
        if not self._finalized:
            self.trigger_shutdown()

    @logged
    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            self._drive = Drive(self, parameters.read(self))
        except (ParameterError, BundleError) as error:
            self._error = str(error)
            self.get_logger().error(self._error)
            return TransitionCallbackReturn.FAILURE
        self._error = ''
        return super().on_configure(state)

    @logged
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        if self._drive:
            self._drive.start()
        return super().on_activate(state)

    @logged
    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        if self._drive:
            self._drive.stop()
        return super().on_deactivate(state)

    @logged
    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._dismantle()
        return super().on_cleanup(state)

    @logged
    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._dismantle()
        self._finalized = True
        return super().on_shutdown(state)

    @logged
    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._error = f'an error ended the state {state.label}, see the log'
        self._dismantle()
        return super().on_error(state)

    def _dismantle(self) -> None:
        if self._drive:
            self._drive.destroy()
            self._drive = None

    def _report(self) -> None:
        message = DiagnosticArray()
        message.header.stamp = self.get_clock().now().to_msg()
        if self._drive:
            message.status = self._drive.report()
        else:
            message.status = diagnostics.idle(self.get_name(), self._error)
        self._diagnostics.publish(message)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM. Returns 0, or 1 for parameters that cannot be."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    try:
        return _run(stop)
    except ParameterError as error:
        get_logger('drive_node').fatal(str(error))
        return 1
    finally:
        rclpy.try_shutdown()


def _run(stop: threading.Event) -> int:
    node = DriveNode()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    gc.collect()
    gc.freeze()  # a full collection would walk through all of torch and stall the robot's loop
    try:
        while not stop.is_set():
            executor.spin_once(timeout_sec=0.1)
    finally:
        node.close()
        executor.shutdown()
        node.destroy_node()
    return 0


if __name__ == '__main__':
    sys.exit(main())
