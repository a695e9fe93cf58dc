"""What a task is to the rest of the simulator."""

from typing import Protocol

Point = tuple[float, float]
Pose = tuple[float, float, float]


class Task(Protocol):
    """What the robot is to do in one episode.

    target: where it is to go now, in the world; None where it may go anywhere.
    beacon_xy: where the beacon stands; None without one.
    goal: where it is told to go, in its own odometry's frame; None where nobody tells.
    reached: places reached so far, in order.
    finished: nothing is left to do, well or badly. succeeded: well.
    timeout: seconds; what is not done by then is not done.
    """

    timeout: float
    reached: list[Point]

    @property
    def target(self) -> Point | None: ...

    @property
    def beacon_xy(self) -> Point | None: ...

    @property
    def goal(self) -> Point | None: ...

    @property
    def finished(self) -> bool: ...

    @property
    def succeeded(self) -> bool: ...

    def update(self, pose: Pose, elapsed: float) -> None:
        """Tell where the robot is, so many seconds after the start."""
        ...
