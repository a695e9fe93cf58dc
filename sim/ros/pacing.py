"""How simulated time follows the wall's clock, and what is due in it at a steady rhythm."""

_NS = 1_000_000_000


class Pacer:
    """Which simulated time is due.

    factor: simulated seconds per wall second. patience: wall seconds that the simulation may be
    behind; what is more is given up, so that on a busy machine it runs slower and never jumps.

        factor 1, patience 0.05
        wall   0.00   0.01   0.02   (stall)   0.32   0.33
        due    1.00   1.01   1.02             1.07   1.08
    """

    def __init__(self, factor: float, sim_ns: int, wall_ns: int, patience: float = 0.05) -> None:
        self._factor = factor
        self._patience_ns = round(patience * _NS * factor)
        self._sim_ns, self._wall_ns = sim_ns, wall_ns

    def due_ns(self, wall_ns: int, now_ns: int) -> int:
        """The time to which the simulation should run at this wall time, being at now_ns."""
        due_ns = self._sim_ns + round((wall_ns - self._wall_ns) * self._factor)
        if due_ns - now_ns > self._patience_ns:
            due_ns = now_ns + self._patience_ns
            self._sim_ns, self._wall_ns = due_ns, wall_ns
        return max(due_ns, now_ns)


class Rhythm:
    """True once per period; a late question does not shift the beat."""

    def __init__(self, rate: float) -> None:
        self._period_ns = round(_NS / rate)
        self._beat = -1

    def due(self, now_ns: int) -> bool:
        """Whether a beat has passed since the last question that it answered with True."""
        beat = now_ns // self._period_ns
        due, self._beat = beat != self._beat, beat
        return due
