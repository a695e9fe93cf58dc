"""From the policy's wish to the wheels' command: watchdog, guard and limits. No ROS and no clock.

Two threads use it: the executor's, in which the policy answers, and the heartbeat's, which must
be able to stop the robot while the other one hangs. The lock is never held while a policy runs.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from liquid_control.safety import Guard, Limiter, Verdict, Watchdog

LONGEST_STEP_S = 0.1  # after a stall the command changes no more than in this time


@dataclass(frozen=True)
class Order:
    """What to publish. command: float64 [2], m/s and rad/s. verdict: what the guard said."""

    command: np.ndarray
    verdict: Verdict


class Helm:
    """Every way to stand still is here.

    aim()      the policy's newest target
    command()  as often as wanted: the target behind watchdog, guard and limits

    While something holds the robot it decelerates within the limits and stands; the guard alone
    may stop it harder. holds: reasons from outside, by who gave them; empty while nobody does.
    """

    def __init__(self, watchdog: Watchdog, limiter: Limiter, guard: Guard) -> None:
        self.watchdog = watchdog
        self.limiter = limiter
        self.guard = guard
        self._holds: dict[str, str] = {}
        self._lock = threading.Lock()
        self._target = np.zeros(2)
        self._steady_ns: int | None = None
        self._pace_ns = 0
        self._paced_ns = 0

    @property
    def holds(self) -> Mapping[str, str]:
        return self._holds

    def hold(self, who: str, reason: str) -> None:
        """Stand still until release(who)."""
        with self._lock:
            self._holds = {**self._holds, who: reason}

    def release(self, who: str) -> None:
        """What who held is free again, as far as the others let it."""
        with self._lock:
            self._holds = {name: text for name, text in self._holds.items() if name != who}

    def forget(self) -> None:
        """Nothing has been heard: stand still until every required sensor was heard anew.

        What the guard has seen is as true as before; without it the robot would stop hard.
        """
        with self._lock:
            self.watchdog.reset()
            self._target = np.zeros(2)

    def aim(self, target: np.ndarray) -> None:
        """The policy wants this, float64 [2], m/s and rad/s."""
        with self._lock:
            self._target = target

    def replace(self, guard: Guard) -> None:
        """Another guard; the robot stands until it has seen something."""
        with self._lock:
            self.guard = guard

    def reasons(self, steady_ns: int) -> tuple[str, ...]:
        """All that holds the robot, one line each; empty: it may move."""
        return (*self._holds.values(), *self.watchdog.reasons(steady_ns))

    @property
    def stands(self) -> bool:
        """Whether the last command was zero."""
        return not self.limiter.last.any()

    def command(self, steady_ns: int, pace_ns: int) -> Order:
        """The order to publish now: finite and within the limits.

        steady_ns: for watchdog and guard. pace_ns: the clock in which the robot accelerates.
        """
        with self._lock:
            dt = self._elapsed(steady_ns, pace_ns)
            held = self._holds or self.watchdog.reasons(steady_ns)
            target = np.zeros(2) if held else self._target
            verdict = self.guard.govern(self.limiter, target, dt, steady_ns)
            return Order(verdict.command, verdict)

    def _elapsed(self, steady_ns: int, pace_ns: int) -> float:
        """Seconds since the last command. A pace that stands still, as a paused simulator's,
        must not keep the robot from braking: after a while the steady clock goes on for it.
        """
        if self._steady_ns is None:
            self._paced_ns, dt = steady_ns, 0.0
        elif pace_ns != self._pace_ns:
            self._paced_ns, dt = steady_ns, (pace_ns - self._pace_ns) * 1e-9
        elif (steady_ns - self._paced_ns) * 1e-9 > LONGEST_STEP_S:
            dt = (steady_ns - self._steady_ns) * 1e-9
        else:
            dt = 0.0
        self._steady_ns, self._pace_ns = steady_ns, pace_ns
        return min(max(dt, 0.0), LONGEST_STEP_S)
