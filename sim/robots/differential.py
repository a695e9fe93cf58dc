"""A differential-drive robot: a box on two driven wheels and two casters."""

import mujoco
import numpy as np

from liquid_control_sim.robots.config import RobotConfig
from liquid_control_sim.worlds.scene import ROBOT_GROUP

WHEELS = ('left', 'right')
_MOTOR_GAIN = 6.0
_CASTER_RADIUS = 0.03


def add_robot(spec: mujoco.MjSpec, config: RobotConfig, start: tuple[float, float, float]) -> None:
    """Add the robot, standing at start (x, y, yaw), with one velocity motor per wheel."""
    x, y, yaw = start
    base = spec.worldbody.add_body(
        name='base',
        pos=[x, y, config.wheel_radius],
        quat=[np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)],
    )
    base.add_freejoint(name='base')
    _add_chassis(base, config)
    for name, side in zip(WHEELS, (1.0, -1.0), strict=True):
        _add_wheel(spec, base, config, name, side * config.track / 2)
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


def _add_chassis(base: mujoco.MjsBody, config: RobotConfig) -> None:
    bottom = config.ground_clearance - config.wheel_radius
    half_height = (config.height - config.ground_clearance) / 2
    base.add_geom(
        name='chassis',
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=[0.0, 0.0, bottom + half_height],
        size=[config.length / 2, config.width / 2, half_height],
        mass=0.0,
        group=ROBOT_GROUP,
    )
    # The batteries lie low: the mass is that of a flat slab at the height of the axle.
    base.add_geom(
        name='ballast',
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=[0.42 * config.length, 0.42 * config.width, 0.05],
        mass=config.mass * 0.88,
        contype=0,
        conaffinity=0,
        group=ROBOT_GROUP,
    )
    for x in (-0.36 * config.length, 0.36 * config.length):
        base.add_geom(
            type=mujoco.mjtGeom.mjGEOM_SPHERE,
            pos=[x, 0.0, _CASTER_RADIUS - config.wheel_radius + 0.001],
            size=[_CASTER_RADIUS, 0.0, 0.0],
            mass=0.0,
            condim=1,
            priority=1,
            group=ROBOT_GROUP,
        )


def _add_wheel(
    spec: mujoco.MjSpec, base: mujoco.MjsBody, config: RobotConfig, name: str, y: float
) -> None:
    wheel = base.add_body(name=f'{name}_wheel', pos=[0.0, y, 0.0])
    wheel.add_joint(
        name=name, type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0.0, 1.0, 0.0], armature=0.01
    )
    wheel.add_geom(
        type=mujoco.mjtGeom.mjGEOM_ELLIPSOID,
        size=[config.wheel_radius, config.wheel_width / 2, config.wheel_radius],
        mass=config.mass * 0.06,
        friction=[config.wheel_friction, 0.005, 0.0001],
        priority=1,
        group=ROBOT_GROUP,
    )
    motor = spec.add_actuator(name=name, target=name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    motor.set_to_velocity(kv=_MOTOR_GAIN)
    motor.dyntype = mujoco.mjtDyn.mjDYN_FILTEREXACT
    motor.dynprm[0] = config.motor_lag
    motor.forcelimited = True
    motor.forcerange = [-config.max_torque, config.max_torque]
