"""What a policy was built and trained for: the contents of a bundle's policy.json."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from liquid_control.liquid import Wiring, fully_connected, ncp
from liquid_control.schema import configured

Count = Annotated[int, Field(ge=1, le=65536)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


@configured
class LidarSpec:
    """A planar scan: `beams` ranges in metres, counter-clockwise from angle_min to angle_max
    (radians, base frame).

    range_max: farther is as good as clear. pool: beams that are reduced to their nearest return.
    """

    type: Literal['lidar'] = 'lidar'
    beams: Count = 720
    angle_min: float = -2.356194490192345
    angle_max: float = 2.356194490192345
    range_max: Positive = 10.0
    pool: Count = 8
    features: Count = 24

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.beams,)


@configured
class ImuSpec:
    """Angular velocity (rad/s) and linear acceleration with gravity (m/s^2), x y z each, base
    frame (REP-103).
    """

    type: Literal['imu'] = 'imu'
    features: Count = 8

    @property
    def shape(self) -> tuple[int, ...]:
        return (6,)


@configured
class CameraSpec:
    """An RGB image, uint8, row 0 on top."""

    type: Literal['camera'] = 'camera'
    width: Count = 64
    height: Count = 48
    features: Count = 24

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.height, self.width, 3)


SensorSpec = Annotated[LidarSpec | ImuSpec | CameraSpec, Field(discriminator='type')]


@configured
class NcpSpec:
    """A neural circuit policy's four sparse layers; see `liquid_control.liquid.ncp`."""

    type: Literal['ncp'] = 'ncp'
    inter: Count = 32
    command: Count = 16
    sensory_fanout: Count = 12
    inter_fanout: Count = 8
    recurrent_command: Count = 64
    motor_fanin: Count = 10
    seed: int = 0

    def build(self, inputs: int, motors: int) -> Wiring:
        return ncp(
            inputs,
            self.inter,
            self.command,
            motors,
            self.sensory_fanout,
            self.inter_fanout,
            self.recurrent_command,
            self.motor_fanin,
            self.seed,
        )


@configured
class FullyConnectedSpec:
    """Every neuron hears every input and every neuron."""

    type: Literal['fully_connected'] = 'fully_connected'
    neurons: Count = 32
    seed: int = 0

    def build(self, inputs: int, motors: int) -> Wiring:
        return fully_connected(inputs, self.neurons, motors, self.seed)


WiringSpec = Annotated[NcpSpec | FullyConnectedSpec, Field(discriminator='type')]


@configured
class ActionSpec:
    """What a raw action of 1 means: m/s forward and rad/s to the left."""

    max_linear: Positive = 1.0
    max_angular: Positive = 1.5

    def scale(self, action: np.ndarray) -> np.ndarray:
        """Raw (v, w) in [-1, 1] to (m/s, rad/s), [..., 2]."""
        return np.asarray(action, np.float64) * (self.max_linear, self.max_angular)


@configured
class PolicySpec:
    """All that is needed to build a policy, but its weights.

    sensors: by name; their order is the order of the network's inputs.
    unfolds: solver steps per event. time_scale: the network's unit of time, in events' seconds: dt
        * time_scale.
    age_cap: a sensor that was silent for this many seconds, or never spoke, is as old as can be.
    """

    sensors: Annotated[dict[str, SensorSpec], Field(min_length=1)]
    wiring: WiringSpec
    unfolds: Annotated[int, Field(ge=1, le=100)] = 6
    time_scale: Positive = 1.0
    age_cap: Positive = 1.0
    action: ActionSpec = ActionSpec()
