"""The physical world of one robot: MuJoCo stepped to exact times, and what is true then."""

import math
from collections import deque
from dataclasses import dataclass

import mujoco
import numpy as np

from liquid_control_sim.robots import Condition, Grip, RobotConfig, add_robot
from liquid_control_sim.worlds import BEACON, SOLID_GROUP, Layout, add_layout, mover_name

Pose = tuple[float, float, float]
_EPISODE_GAP_NS = 500_000_000
"""Contacts less than this apart are one collision."""


@dataclass
class WheelOdometry:
    """What the wheels alone say: the pose since the start, the body velocity of the last step."""

    x: float = 0.0
    y: float = 0.0
    yaw: float = 0.0
    v: float = 0.0
    w: float = 0.0

    def add(self, forward: float, turn: float, dt: float) -> None:
        """Drive an arc of this length in metres and this turn in radians, in dt seconds."""
        heading = self.yaw + turn / 2
        self.x += forward * math.cos(heading)
        self.y += forward * math.sin(heading)
        self.yaw += turn
        self.v, self.w = forward / dt, turn / dt


class Physics:
    """Steps the world to any nanosecond; the last step before it is shortened to end there.

    A command acts when it has reached the motors: with a delay of 40 ms

        command(1.0, 0.0)       at 1.010 s      the wheels begin to turn at 1.050 s
        advance(1.070 s)        steps to 1.050, exactly, then on to 1.070

    max_step: seconds. condition: what this robot is like. pose: (x, y, yaw) of the base in the
    world. twist: forward m/s and left rad/s. impact_mps: how fast the robot itself moved when it
    first bumped into something, or was bumped into; None before.
    """

    def __init__(
        self,
        layout: Layout,
        robot: RobotConfig,
        start_ns: int,
        max_step: float = 0.005,
        condition: Condition | None = None,
    ) -> None:
        self.now_ns = start_ns
        self.condition = condition or Condition()
        self.odometry = WheelOdometry()
        self.distance_m = 0.0
        self.collisions = 0
        self.in_collision = False
        self.impact_mps: float | None = None
        self._pace = 0.0
        self._robot = robot
        self._max_step_ns = round(max_step * 1e9)
        self._last_contact_ns = -_EPISODE_GAP_NS
        self._under_way: deque[tuple[int, float, float]] = deque()
        self.model, self.data = _build(layout, robot, self.condition)
        self._grip = Grip(self.model, robot, layout.patches) if layout.patches else None
        self._solid = set(np.flatnonzero(self.model.geom_group == SOLID_GROUP).tolist())
        self._beacon = self._mocap(BEACON)
        self._movers = [self._mocap(mover_name(i)) for i in range(len(layout.movers))]
        self._settle()

    @property
    def pose(self) -> Pose:
        x, y, _, qw, qx, qy, qz = self.data.qpos[:7].tolist()
        return x, y, math.atan2(2 * (qw * qz + qx * qy), 1 - 2 * (qy * qy + qz * qz))

    @property
    def twist(self) -> tuple[float, float]:
        vx, vy, _, _, _, w = self.data.qvel[:6].tolist()
        yaw = self.pose[2]
        return vx * math.cos(yaw) + vy * math.sin(yaw), w

    @property
    def robot(self) -> RobotConfig:
        """What the robot is made of, as its makers say."""
        return self._robot

    @property
    def wheel_angles(self) -> tuple[float, float]:
        """How far the left and the right wheel have turned, radians."""
        *_, left, right = self.data.qpos.tolist()
        return left, right

    def command(self, v: float, w: float) -> None:
        """Ask the motors for a body velocity in m/s and rad/s; they hear of it after the delay."""
        left, right = self._robot.wheel_speeds(v, w)
        left_gain, right_gain = self.condition.motor_gain
        due_ns = self.now_ns + self.condition.delay_ns
        self._under_way.append((due_ns, left * left_gain, right * right_gain))

    def place_beacon(self, x: float, y: float) -> None:
        """Put the beacon there; it is seen and bumped into there from now on."""
        self.data.mocap_pos[self._beacon] = (x, y, 0.0)

    def place_mover(self, index: int, x: float, y: float) -> None:
        """Put one of the layout's movers there."""
        self.data.mocap_pos[self._movers[index]] = (x, y, 0.0)

    def refresh(self) -> None:
        """Bring positions and accelerations in `data` to now: a step leaves them at its start."""
        mujoco.mj_forward(self.model, self.data)

    def locate(self) -> None:
        """Bring only the places of bodies, geoms and sites in `data` to now: enough to see."""
        mujoco.mj_kinematics(self.model, self.data)

    def advance(self, to_ns: int) -> None:
        """Step to exactly this time, in equal steps up to max_step from one command that reaches
        the motors to the next. ValueError for the past.
        """
        if to_ns < self.now_ns:
            raise ValueError(f'cannot advance to {to_ns} ns, now is {self.now_ns} ns')
        while self._under_way and self._under_way[0][0] <= to_ns:
            due_ns, *speeds = self._under_way.popleft()
            self._move(due_ns)
            self.data.ctrl[:] = speeds
        self._move(to_ns)

    def _move(self, to_ns: int) -> None:
        span = to_ns - self.now_ns
        if span == 0:
            return
        steps = -(-span // self._max_step_ns)
        dt = span / steps * 1e-9
        self.model.opt.timestep = dt
        begin = self.now_ns
        for index in range(1, steps + 1):
            self.now_ns = begin + span * index // steps
            if self._grip:
                self._grip.follow(self.pose)
            self._step(dt)

    def _step(self, dt: float) -> None:
        data = self.data
        x, y, *_, left, right = data.qpos.tolist()
        mujoco.mj_step(self.model, data)
        new_x, new_y, *_, new_left, new_right = data.qpos.tolist()
        moved = math.hypot(new_x - x, new_y - y)
        self.distance_m += moved
        self.odometry.add(*self._robot.body_motion(new_left - left, new_right - right), dt)
        self._watch_contacts()
        self._pace = moved / dt  # a contact is seen in the step that it slows down

    def _watch_contacts(self) -> None:
        touching = self.data.contact.geom.ravel().tolist()
        self.in_collision = not self._solid.isdisjoint(touching)
        if self.in_collision:
            if self.now_ns - self._last_contact_ns > _EPISODE_GAP_NS:
                self.collisions += 1
                if self.impact_mps is None:
                    self.impact_mps = self._pace
            self._last_contact_ns = self.now_ns

    def _mocap(self, name: str) -> int:
        return int(self.model.body(name).mocapid[0])

    def _settle(self) -> None:
        """Let the robot sink into its contacts, so that it stands still when time begins."""
        self.model.opt.timestep = self._max_step_ns * 1e-9
        for _ in range(60):
            mujoco.mj_step(self.model, self.data)


def _build(
    layout: Layout, robot: RobotConfig, condition: Condition
) -> tuple[mujoco.MjModel, mujoco.MjData]:
    spec = mujoco.MjSpec()
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    add_layout(spec, layout)
    add_robot(spec, robot, condition, layout.start)
    model = spec.compile()
    data = mujoco.MjData(model)
    data.mocap_pos[:] = (0.0, 0.0, -10.0)
    return model, data
