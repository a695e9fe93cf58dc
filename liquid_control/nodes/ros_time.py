"""ROS time in integer nanoseconds: the simulator's, or the system's."""

import time

from rclpy.clock import ROSClock


class RosTime:
    """A node's clock. On a robot it is the system's, which is asked without rclpy's detours.

    is_simulated: whether /clock makes the time.
    """

    def __init__(self, clock: ROSClock) -> None:
        self._clock = clock
        self.is_simulated = clock.ros_time_is_active

    def jumped(self) -> None:
        """To be told when the clock jumps: then its source may be another one."""
        self.is_simulated = self._clock.ros_time_is_active

    def now_ns(self) -> int:
        """0 while a simulated clock has not been heard."""
        return self._clock.now().nanoseconds if self.is_simulated else time.time_ns()
