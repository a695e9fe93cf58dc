"""What one robot is like in one episode, and how far robots of a kind differ."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from liquid_control.schema import configured

Factors = tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]
Amounts = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]


@configured
class Condition:
    """Factors of what the RobotConfig says; seconds, kilograms, metres.

    friction: factor of the tyres'. motor_gain: of the speed that the left and the right wheel
        make of a command. motor_lag: factor.
    delay: seconds from a command until the motors hear of it.
    payload: kilograms on top. payload_at: forward and left of the chassis' middle, metres.
    """

    friction: float = 1.0
    motor_gain: tuple[float, float] = (1.0, 1.0)
    motor_lag: float = 1.0
    delay: float = 0.0
    payload: float = 0.0
    payload_at: tuple[float, float] = (0.0, 0.0)

    @property
    def delay_ns(self) -> int:
        return round(self.delay * 1e9)


@configured
class Variation:
    """Ranges, least and greatest, that a Condition is drawn from evenly, once per episode.

        variation: {delay: [0.02, 0.08], payload: [0.0, 5.0]}

    motor_gain is drawn for each wheel: a robot whose wheels differ does not drive straight.
    payload_x, payload_y: metres forward and left of the chassis' middle.
    Without ranges nothing varies. What one of them draws does not depend on the others.
    """

    friction: Factors = (1.0, 1.0)
    motor_gain: Factors = (1.0, 1.0)
    motor_lag: Factors = (1.0, 1.0)
    delay: Amounts = (0.0, 0.0)
    payload: Amounts = (0.0, 0.0)
    payload_x: tuple[float, float] = (0.0, 0.0)
    payload_y: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        for name, (least, greatest) in vars(self).items():
            if not (least <= greatest and math.isfinite(least) and math.isfinite(greatest)):
                raise ValueError(
                    f'{name} is [{least}, {greatest}], wanted the least before the greatest'
                )

    def draw(self, rng: np.random.Generator) -> Condition:
        """The condition of the robot in one episode."""
        shares = rng.random(8).tolist()
        friction, left, right, lag, delay, payload, x, y = (
            least + share * (greatest - least)
            for share, (least, greatest) in zip(shares, self._ranges, strict=True)
        )
        return Condition(friction, (left, right), lag, delay, payload, (x, y))

    @property
    def _ranges(self) -> tuple[tuple[float, float], ...]:
        return (
            self.friction,
            self.motor_gain,
            self.motor_gain,
            self.motor_lag,
            self.delay,
            self.payload,
            self.payload_x,
            self.payload_y,
        )
