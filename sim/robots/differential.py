"""A differential-drive robot: a chassis on two driven wheels and two casters."""

import mujoco
import numpy as np

from liquid_control_sim.robots.condition import Condition
from liquid_control_sim.robots.config import RobotConfig
from liquid_control_sim.worlds.scene import ROBOT_GROUP

WHEELS = ('left', 'right')
_CASTER_RADIUS = 0.03
_PAYLOAD_HALF_HEIGHT = 0.05


def add_robot(
    spec: mujoco.MjSpec,
    config: RobotConfig,
    condition: Condition,
    start: tuple[float, float, float],
) -> None:
    """Add the robot, standing at start (x, y, yaw), with one velocity motor per wheel.

    Joints, motors and the wheels' geoms have the names in WHEELS.
    """
    x, y, yaw = start
    base = spec.worldbody.add_body(
        name='base',
        pos=[x, y, config.wheel_radius],
        quat=[np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)],
    )
    base.add_freejoint(name='base')
    _add_chassis(base, config)
    _add_casters(base, config)
    if condition.payload > 0.0:
        _add_payload(base, config, condition)
    for name, side in zip(WHEELS, (1.0, -1.0), strict=True):
        _add_wheel(base, config, condition, name, side * config.track / 2)
        _add_motor(spec, config, condition, name)
    _add_sensors(spec, base, config)


def _add_chassis(base: mujoco.MjsBody, config: RobotConfig) -> None:
    bottom = config.ground_clearance - config.wheel_radius
    half_height = (config.height - config.ground_clearance) / 2
    if config.shape == 'round':
        kind, size = mujoco.mjtGeom.mjGEOM_CYLINDER, [config.length / 2, half_height, 0.0]
    else:
        kind, size = mujoco.mjtGeom.mjGEOM_BOX, [config.length / 2, config.width / 2, half_height]
    base.add_geom(
        name='chassis',
        type=kind,
        pos=[config.chassis_x, 0.0, bottom + half_height],
        size=size,
        mass=0.0,
        group=ROBOT_GROUP,
    )
    # The batteries lie low: the mass is that of a flat slab at the height of the axle.
    base.add_geom(
        name='ballast',
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=[config.chassis_x, 0.0, 0.0],
        size=[0.42 * config.length, 0.42 * config.width, 0.05],
        mass=config.mass * 0.88,
        contype=0,
        conaffinity=0,
        group=ROBOT_GROUP,
    )


def _add_casters(base: mujoco.MjsBody, config: RobotConfig) -> None:
    for x in (-0.36 * config.length, 0.36 * config.length):
        base.add_geom(
            type=mujoco.mjtGeom.mjGEOM_SPHERE,
            pos=[config.chassis_x + x, 0.0, _CASTER_RADIUS - config.wheel_radius + 0.001],
            size=[_CASTER_RADIUS, 0.0, 0.0],
            mass=0.0,
            condim=1,
            priority=1,
            group=ROBOT_GROUP,
        )


def _add_payload(base: mujoco.MjsBody, config: RobotConfig, condition: Condition) -> None:
    """A box on top; it touches nothing, and no sensor sees it."""
    x, y = condition.payload_at
    top = config.height - config.wheel_radius
    base.add_geom(
        name='payload',
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=[config.chassis_x + x, y, top + _PAYLOAD_HALF_HEIGHT],
        size=[0.2 * config.length, 0.2 * config.width, _PAYLOAD_HALF_HEIGHT],
        mass=condition.payload,
        contype=0,
        conaffinity=0,
        group=ROBOT_GROUP,
    )


def _add_wheel(
    base: mujoco.MjsBody, config: RobotConfig, condition: Condition, name: str, y: float
) -> None:
    wheel = base.add_body(name=f'{name}_wheel', pos=[0.0, y, 0.0])
    wheel.add_joint(
        name=name, type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0.0, 1.0, 0.0], armature=config.armature
    )
    wheel.add_geom(
        name=name,
        type=mujoco.mjtGeom.mjGEOM_ELLIPSOID,
        size=[config.wheel_radius, config.wheel_width / 2, config.wheel_radius],
        mass=config.mass * 0.06,
        friction=[config.wheel_friction * condition.friction, 0.005, 0.0001],
        priority=1,
        group=ROBOT_GROUP,
    )


def _add_motor(spec: mujoco.MjSpec, config: RobotConfig, condition: Condition, name: str) -> None:
    motor = spec.add_actuator(name=name, target=name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    motor.set_to_velocity(kv=config.speed_gain)
    motor.dyntype = mujoco.mjtDyn.mjDYN_FILTEREXACT
    motor.dynprm[0] = config.motor_lag * condition.motor_lag
    motor.forcelimited = True
    motor.forcerange = [-config.max_torque, config.max_torque]


def _add_sensors(spec: mujoco.MjSpec, base: mujoco.MjsBody, config: RobotConfig) -> None:
    for name, position in (
        ('lidar', config.lidar_position),
        ('camera', config.camera_position),
        ('imu', config.imu_position),
    ):
        base.add_site(name=name, pos=position)
    for name, kind in (
        ('gyro', mujoco.mjtSensor.mjSENS_GYRO),
        ('accelerometer', mujoco.mjtSensor.mjSENS_ACCELEROMETER),
    ):
        spec.add_sensor(name=name, type=kind, objtype=mujoco.mjtObj.mjOBJ_SITE, objname='imu')
