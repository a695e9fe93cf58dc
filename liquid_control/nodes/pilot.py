"""From measurements to commands: event time, policy, watchdog and limits, in the robot's order.

No ROS and no clock: the node says what was measured and what time it is, and publishes the answer.
Every way to stand still is here: nothing heard yet, a silent required sensor, an answer of the
policy that is no number.
"""

import numpy as np

from liquid_control.nodes.messages import MessageError
from liquid_control.policy import Engine
from liquid_control.safety import Limiter, Watchdog
from liquid_control.stream import Event, Timeline

LONGEST_STEP_S = 0.1  # after a stall the command changes no more than in this time


class Pilot:
    """One robot's loop.

    accept()   for every measurement: integrates it; the policy's answer is the new target
    command()  as often as wanted: the target within the limits; zero while a sensor is silent

    policy_faults: how many of the policy's answers were not finite. Each stops the robot and
    erases the memory; it moves again once every required sensor was heard anew.
    """

    def __init__(
        self, engine: Engine, timeline: Timeline, watchdog: Watchdog, limiter: Limiter
    ) -> None:
        self.engine = engine
        self.timeline = timeline
        self.watchdog = watchdog
        self.limiter = limiter
        self.policy_faults = 0
        self._target = np.zeros(2)
        self._commanded_ns: int | None = None

    def reset(self) -> None:
        """Forget everything that was heard and stand still; the counts stay."""
        self.timeline.reset()
        self.engine.reset()
        self.watchdog.reset()
        self._stand()

    def accept(self, event: Event, now_ns: int, receipt_ns: int) -> bool:
        """Take one measurement; False if event time dropped it.

        event.value: the sensor's raw array. now_ns: the clock of the stamps. receipt_ns: the
        steady one. Raises MessageError if the policy was not trained on such an array.
        """
        try:
            self.engine.policy.check(event.sensor, event.value)
        except ValueError as error:
            raise MessageError(str(error)) from None
        features = self.engine.encode(event.sensor, event.value[None])[0]
        steps = self.timeline.add(Event(event.stamp_ns, event.sensor, features), now_ns)
        if not steps:
            return False
        actions = [self.engine.drive(step) for step in steps]
        self.watchdog.feed(event.sensor, receipt_ns)
        self._aim(self.engine.policy.spec.action.scale(actions[-1]))
        return True

    def command(self, steady_ns: int, pace_ns: int) -> np.ndarray:
        """The command to publish now, float64 [2], m/s and rad/s: finite and within the limits.

        steady_ns: for the watchdog. pace_ns: the clock in which the robot accelerates.
        """
        dt = 0.0 if self._commanded_ns is None else (pace_ns - self._commanded_ns) * 1e-9
        self._commanded_ns = pace_ns
        if self.watchdog.silent(steady_ns):
            self._stand()
        return self.limiter.limit(self._target, min(dt, LONGEST_STEP_S))

    def _aim(self, target: np.ndarray) -> None:
        if np.isfinite(target).all():
            self._target = target
        else:
            self.policy_faults += 1
            self.reset()

    def _stand(self) -> None:
        self._target = np.zeros(2)
        self.limiter.reset()
