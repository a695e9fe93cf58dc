"""From measurements to a target: event time and the policy. No ROS and no clock.

The node says what was measured and what time it is; the helm makes a command of the target.
"""

import math

import numpy as np

from liquid_control.messages import MessageError
from liquid_control.nodes.helm import Helm
from liquid_control.policy import Engine
from liquid_control.stream import Event, Timeline


class PolicyError(Exception):
    """The policy gave no usable answer; str() says why, in one line."""


class Pilot:
    """One robot's policy on event time.

    policy_faults: how many of its answers were not finite or an exception. Each erases the memory
    and stops the robot; it moves again once every required sensor was heard anew.
    compensates: whether the target is of now, or of the newest measurement.
    """

    def __init__(self, engine: Engine, timeline: Timeline, helm: Helm) -> None:
        self.engine = engine
        self.timeline = timeline
        self.helm = helm
        self.compensates = False
        self.policy_faults = 0

    def reset(self) -> None:
        """Forget everything that was heard and stand still; the counts stay."""
        self.timeline.reset()
        self.engine.reset()
        self.helm.forget()

    def accept(self, event: Event, now_ns: int, receipt_ns: int) -> bool:
        """Take one measurement; False if event time dropped it.

        event.value: the sensor's raw array. now_ns: the clock of the stamps. receipt_ns: the
        steady one. Raises MessageError if the policy was not trained on such an array, and
        PolicyError.
        """
        try:
            self.engine.policy.check(event.sensor, event.value)
        except ValueError as error:
            raise MessageError(str(error)) from None
        try:
            target = self._integrate(event, now_ns)
        except Exception as error:
            lines = str(error).strip().splitlines() or ['']
            raise self._fault(f'{type(error).__name__}: {lines[0]}') from error
        if target is None:
            return False
        if not all(map(math.isfinite, target)):
            raise self._fault('its answer is not finite')
        self.helm.watchdog.feed(event.sensor, receipt_ns)
        self.helm.aim(target)
        return True

    def _integrate(self, event: Event, now_ns: int) -> np.ndarray | None:
        """The target after the event, m/s and rad/s; None if event time dropped it."""
        features = self.engine.encode(event.sensor, event.value[None])[0]
        steps = self.timeline.add(Event(event.stamp_ns, event.sensor, features), now_ns)
        actions = [self.engine.drive(step) for step in steps]
        if not actions:
            return None
        action = actions[-1]
        lag_s = (now_ns - steps[-1].event.stamp_ns) * 1e-9
        if self.compensates and lag_s > 0.0:
            action = self.engine.peek(min(lag_s, self.timeline.rules.reset_gap))
        return self.engine.policy.spec.action.scale(action)

    def _fault(self, why: str) -> PolicyError:
        self.policy_faults += 1
        self.reset()
        return PolicyError(why)
