"""nav_msgs/Odometry to the robot's own velocity, and with a goal to where that is."""

import math
from typing import Any

import numpy as np

from liquid_control.goal import distance_and_bearing
from liquid_control.messages.error import MessageError, check_frame, shown, stamp_ns
from liquid_control.messages.settings import GoalSettings, OdometrySettings

FASTEST = 1000.0  # m/s and rad/s
FARTHEST = 1e9  # metres


def read_odometry(message: Any, settings: OdometrySettings | None = None) -> np.ndarray:
    """nav_msgs/Odometry to float32 [2]: forward velocity, m/s, and angular to the left, rad/s.

    Raises MessageError if one is not finite or beyond all sense, or the frame is another.
    """
    check_frame('odometry', message, settings.frame_id if settings else '')
    twist = message.twist.twist
    values = (twist.linear.x, twist.angular.z)
    if not all(abs(value) <= FASTEST for value in values):
        raise MessageError(f'odometry has {values}, wanted finite numbers up to {FASTEST:g}')
    return np.array(values, dtype=np.float32)


class Goal:
    """The last goal pose, looked at from the robot whenever it says where it is.

        goal_pose   (5, 0) in odom
        odom                        at (0, 0) facing x    at (3, 2) facing x
        measured                    5 m, 0 rad            2.8 m, -0.79 rad

    A goal comes once and holds until the next one; it is measured when, and as often as, the
    odometry is. A goal that is refused leaves the one before in force.
    """

    def __init__(self, settings: GoalSettings | None = None) -> None:
        self._wanted_frame = settings.frame_id if settings else ''
        self.forget()

    def forget(self) -> None:
        """There is no goal, and nobody knows in which frame the odometry will be."""
        self._goal: tuple[float, float] | None = None
        self._goal_frame = ''
        self._goal_ns = 0
        self._odometry_frame = ''

    def aim(self, message: Any) -> None:
        """Take a geometry_msgs/PoseStamped as the goal; its height and heading do not matter.

        Raises MessageError if it is not finite, not in the odometry's frame, or has an older
        stamp than the goal that holds; a stamp of zero is now.
        """
        check_frame('goal', message, self._wanted_frame)
        frame = message.header.frame_id.lstrip('/')
        if self._odometry_frame and frame != self._odometry_frame:
            raise MessageError(_frames(frame, self._odometry_frame))
        place = message.pose.position.x, message.pose.position.y
        if not all(abs(value) <= FARTHEST for value in place):
            raise MessageError(f'goal is at {place}, wanted finite numbers')
        goal_ns = stamp_ns(message.header.stamp)
        if 0 < goal_ns < self._goal_ns:
            age = (self._goal_ns - goal_ns) * 1e-9
            raise MessageError(f'goal is {age:.3f} s older than the goal that holds')
        self._goal, self._goal_frame, self._goal_ns = place, frame, max(goal_ns, self._goal_ns)

    def read(self, message: Any) -> np.ndarray:
        """nav_msgs/Odometry to the goal's distance, m, and bearing, rad, float32 [2].

        Raises MessageError without a goal, if the two are in different frames, or if the pose is
        not one.
        """
        pose = planar_pose(message.pose.pose)
        self._odometry_frame = message.header.frame_id.lstrip('/')
        if self._goal is None:
            raise MessageError('goal has not been given yet')
        if self._goal_frame != self._odometry_frame:
            raise MessageError(_frames(self._goal_frame, self._odometry_frame))
        return distance_and_bearing(pose, *self._goal)


def planar_pose(pose: Any) -> tuple[float, float, float]:
    """geometry_msgs/Pose to x, y, m, and yaw, rad. Raises MessageError if it is not one."""
    place = pose.position.x, pose.position.y
    if not all(abs(value) <= FARTHEST for value in place):
        raise MessageError(f'odometry is at {place}, wanted finite numbers')
    q = pose.orientation
    norm = q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w
    if not 0.9 <= norm <= 1.1:
        turn = (q.x, q.y, q.z, q.w)
        raise MessageError(f'odometry has orientation {turn}, wanted a quaternion of length 1')
    yaw = math.atan2(2.0 * (q.w * q.z + q.x * q.y), 1.0 - 2.0 * (q.y * q.y + q.z * q.z))
    return place[0], place[1], yaw


def _frames(goal: str, odometry: str) -> str:
    return (
        f'goal is in frame {shown(goal)}, but the odometry in {shown(odometry)}: '
        'publish goals in the frame of the odometry'
    )
