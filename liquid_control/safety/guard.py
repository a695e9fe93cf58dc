"""The collision guard: between the policy and the wheels, independent of the network.

It knows the robot's outline and what its sources see, raw points and the directions they come
from. Names and meanings are those of nav2_collision_monitor; in addition, the robot does not drive
where nobody looks. No ROS; all times are nanoseconds of a steady clock.
"""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from liquid_control.safety.blind import Sweep, unseen_ahead
from liquid_control.safety.limiter import Limiter
from liquid_control.safety.scene import Look, Scene, look, merge
from liquid_control.safety.shapes import Polygon, rectangle
from liquid_control.safety.view import View, read_beams
from liquid_control.safety.zone import ActionType, Zone, zones_around

Action = Literal['none', 'slowdown', 'approach', 'stop', 'off']
JACKAL = rectangle(front=0.254, rear=0.254, half_width=0.215)
"""The outline of a Clearpath Jackal."""
_NOWHERE = np.empty((0, 2))
_NS = 1e-9


@dataclass(frozen=True)
class GuardConfig:
    """The robot's outline, and how near anything may come to it.

    footprint: the outline in the base frame; use circle() for a round robot.
    zones: where points stop or slow down the robot; those of zones_around(footprint) if None.
    time_before_collision: seconds that the command must be away from touching min_points points;
        nearer, it is scaled down on its arc. 0 for no such approach.
    max_points: of each source; more are thinned out to the nearest of each direction.
    blind_angle: rad. Something may hide between beams that are farther apart.
    exclusion_zones: where points are the robot's own, a mast or a cable.

    Raises ValueError naming the field, what it got and what it wants.
    """

    footprint: Polygon = JACKAL
    zones: tuple[Zone, ...] | None = None
    time_before_collision: float = 1.2
    min_points: int = 3
    max_points: int = 1024
    blind_angle: float = 0.17
    exclusion_zones: tuple[Polygon, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.time_before_collision < math.inf:
            got = self.time_before_collision
            raise ValueError(f'time_before_collision is {got}, wanted seconds >= 0')
        if not 0.0 < self.blind_angle < math.tau:
            raise ValueError(f'blind_angle is {self.blind_angle}, wanted 0 to 2 pi rad')
        for name in ('min_points', 'max_points'):
            if getattr(self, name) < 1:
                raise ValueError(f'{name} is {getattr(self, name)}, wanted >= 1')


@dataclass(frozen=True, eq=False)
class Verdict:
    """What becomes of a command.

    command: float64 [2], m/s and rad/s; finite, on the arc that was asked for, never faster.
    action: what the guard did. zone: because of which zone, or 'approach', 'blind sector',
        'invalid source', 'invalid command'; empty if nothing. reason: why, in one line.
    points: those that made it act, [k, 2] in the base frame, by the source that saw them.
    """

    command: np.ndarray
    action: Action
    zone: str = ''
    reason: str = ''
    points: Mapping[str, np.ndarray] = field(default_factory=dict)


class Guard:
    """Lets a command pass, slows it down or stops it.

        guard.see('lidar', read_beams(...), stamp_ns)          # whenever a source has measured
        verdict = guard.govern(limiter, target, dt, now_ns)    # whenever the robot is commanded

    The policy wants 1 m/s, time_before_collision is 1.2 s, and ahead of the bumper is a wall:
        in        1.50   0.90       0.60       0.40       0.10 m
        command   1.00   0.75       0.50       0.33       0    m/s
        action    none   approach   approach   approach   stop (zone stop_forward)

    sources: by name, the seconds after which what was seen no longer counts. All of them are
        needed: without one, as without any source at all, the robot stops.
    One thread may see() while another one limits.
    """

    def __init__(self, config: GuardConfig, sources: Mapping[str, float]) -> None:
        self._lock = threading.Lock()
        self._looks: dict[str, Look] = {}
        self._scene = merge({})
        self._slowed: Verdict | None = None
        self._off = ''
        self.configure(config, sources)

    def configure(self, config: GuardConfig, sources: Mapping[str, float]) -> None:
        """Change the rules and keep what was seen; not while another thread limits."""
        for name, timeout_s in sources.items():
            if not 0.0 < timeout_s < math.inf:
                raise ValueError(f'{name}: source_timeout is {timeout_s}, wanted seconds > 0')
        self.config = config
        self.sources = dict(sources)
        default = zones_around(config.footprint, min_points=config.min_points)
        self.zones = default if config.zones is None else config.zones
        self._reach = max((zone.shape.radius for zone in self.zones), default=0.0)
        self._sweep = Sweep(config.footprint)
        with self._lock:
            self._looks = {name: kept for name, kept in self._looks.items() if name in sources}
            self._scene = merge(self._looks)

    @property
    def enabled(self) -> bool:
        return not self._off

    def disable(self, reason: str) -> None:
        """Let every command pass from now on. reason: who said so and why; each verdict tells."""
        if not reason:
            raise ValueError('the guard is not turned off without a reason')
        self._off = reason

    def enable(self) -> None:
        """Guard again."""
        self._off = ''

    def reset(self) -> None:
        """Nothing has been seen; whether it is enabled stays."""
        with self._lock:
            self._looks = {}
            self._scene = merge({})
            self._slowed = None

    def see(self, source: str, view: View, stamp_ns: int) -> None:
        """Take the source's newest view; one that was overtaken changes nothing.

        stamp_ns: when it was measured, steady clock. Raises ValueError for an unknown source.
        """
        if source not in self.sources:
            raise ValueError(
                f'{source} is no source of the guard, which has {", ".join(self.sources)}'
            )
        config = self.config
        new = look(view, stamp_ns, config.blind_angle, config.exclusion_zones, config.max_points)
        with self._lock:
            known = self._looks.get(source)
            overtaken_s = (known.stamp_ns - stamp_ns) * _NS if known else 0.0
            if not 0.0 < overtaken_s <= self.sources[source]:
                self._looks[source] = new
                self._scene = merge(self._looks)

    def govern(self, limiter: Limiter, target: np.ndarray, dt: float, now_ns: int) -> Verdict:
        """What becomes of a target [2], m/s and rad/s, dt seconds after the last command: slowed
        softly before the limiter, limited hard behind it, from where the limiter goes on.
        """
        wished = self.slow(target)
        verdict = self.limit(limiter.limit(wished, dt), now_ns)
        limiter.overrule(verdict.command)
        return verdict

    def slow(self, target: np.ndarray) -> np.ndarray:
        """What is left of a wished velocity [2] in slowdown zones. The next verdict says so, if
        nothing worse happens.
        """
        target = np.array(target, np.float64)
        self._slowed = None
        scene, (velocity, turn) = self._scene, target.tolist()
        if self._off or not (math.isfinite(velocity) and math.isfinite(turn)):
            return target
        hits = self._hits('slowdown', scene, velocity, turn)
        if not hits:
            return target
        zone, index = min(hits, key=lambda hit: hit[0].slowdown_ratio)
        reason = (
            f'{_told(scene, index)} in zone {zone.name}: {zone.slowdown_ratio:.0%} of the speed'
        )
        self._slowed = Verdict(target, 'slowdown', zone.name, reason, scene.by_source(index))
        return target * zone.slowdown_ratio

    def limit(self, command: np.ndarray, now_ns: int) -> Verdict:
        """Judge a command [2], m/s and rad/s, at now_ns. Raises ValueError for another shape."""
        command = np.array(command, np.float64)
        if command.shape != (2,):
            raise ValueError(f'command has shape {command.shape}, wanted (2,)')
        velocity, turn = command.tolist()
        if not (math.isfinite(velocity) and math.isfinite(turn)):
            return _stop('invalid command', f'the command is {[velocity, turn]}')
        if self._off:
            return Verdict(command, 'off', reason=f'the guard is off: {self._off}')
        scene = self._scene
        return (
            self._missing(scene, now_ns)
            or self._occupied(scene, velocity, turn)
            or self._unseen(scene, velocity, turn)
            or self._approach(scene, velocity, turn, now_ns)
            or self._unhindered(command)
        )

    def _missing(self, scene: Scene, now_ns: int) -> Verdict | None:
        if not self.sources:
            return _stop('invalid source', 'the guard has no source')
        for name, timeout_s in self.sources.items():
            kept = scene.looks.get(name)
            if kept is None:
                return _stop('invalid source', f'nothing seen by {name} yet')
            age = (now_ns - kept.stamp_ns) * _NS
            if abs(age) > timeout_s:
                said = f'nothing seen by {name} for {age:.2f} s'
                if age < 0.0:
                    said = f'what {name} saw is {-age:.2f} s ahead of the clock'
                return _stop('invalid source', f'{said} (source_timeout {timeout_s:.2f} s)')
            if not kept.measures:
                return _stop('invalid source', f'no beam of {name} measures anything')
        return None

    def _occupied(self, scene: Scene, velocity: float, turn: float) -> Verdict | None:
        for zone, index in self._hits('stop', scene, velocity, turn):
            said = f'{_told(scene, index)} in zone {zone.name}'
            return _stop(zone.name, said, scene.by_source(index))
        return None

    def _unseen(self, scene: Scene, velocity: float, turn: float) -> Verdict | None:
        """A drive asks for eyes where it goes. A turn does not: else no robot with a blind back
        could turn. But it asks that no beams have failed there.
        """
        leading = self._sweep.front if velocity > 0.0 else self._sweep.rear
        outline = leading if velocity else _NOWHERE
        hidden = unseen_ahead(outline, velocity, turn, scene.origins, scene.blind)
        if not len(hidden) and scene.has_failed:
            hidden = scene.failed(self._sweep.covered_anew(velocity, turn))
        if not len(hidden):
            return None
        x, y = hidden.mean(axis=0)
        bearing = math.degrees(math.atan2(y, x))
        return _stop('blind sector', f'nobody sees where it would drive, at {bearing:.0f} deg')

    def _approach(self, scene: Scene, velocity: float, turn: float, now_ns: int) -> Verdict | None:
        """Scaled down, the robot drives the same arc and needs as much more time for it. What was
        seen a while ago is nearer by now: its age counts as driven.
        """
        wanted_s, least = self.config.time_before_collision, self.config.min_points
        if not (wanted_s and (velocity or turn)):
            return None
        ages, footprint = scene.ages(now_ns), self.config.footprint
        reach = abs(velocity) * (wanted_s + max(ages))
        if scene.nearest > footprint.radius + reach or len(scene.points) < least:
            return None
        times = footprint.entry_times(scene.points, velocity, turn)
        times -= np.array(ages)[scene.owner]
        collision_s = max(float(np.partition(times, least - 1)[least - 1]), 0.0)
        if collision_s >= wanted_s:
            return None
        share = collision_s / wanted_s
        index = np.flatnonzero(times <= collision_s)
        said = (
            f'{_told(scene, index)} hit in {collision_s:.2f} s '
            f'(time_before_collision {wanted_s:.2f} s)'
        )
        slower = np.array((velocity * share, turn * share))
        verdict = Verdict(slower, 'approach', 'approach', said, scene.by_source(index))
        return self._occupied(scene, velocity * share, turn * share) or verdict

    def _unhindered(self, command: np.ndarray) -> Verdict:
        slowed = self._slowed
        return replace(slowed, command=command) if slowed else Verdict(command, 'none')

    def _hits(
        self, action_type: ActionType, scene: Scene, velocity: float, turn: float
    ) -> list[tuple[Zone, np.ndarray]]:
        """The zones that are for this command and hold enough points; indices of these."""
        hits: list[tuple[Zone, np.ndarray]] = []
        if scene.nearest > self._reach:
            return hits
        for zone in self.zones:
            if zone.action_type == action_type and zone.covers(velocity, turn):
                inside = zone.shape.inside(scene.points)
                if np.count_nonzero(inside) >= zone.min_points:
                    hits.append((zone, np.flatnonzero(inside)))
        return hits


def rehearse() -> None:
    """Run every compiled loop once, so that none is compiled while a robot drives: seconds where
    it was never done on this machine.
    """
    guard = Guard(GuardConfig(), {'rehearsal': 1.0})
    angles = np.linspace(-2.0, 2.0, 100)
    for distance in (0.1, 1.0):
        ranges = np.full(100, distance)
        ranges[:10] = math.nan
        guard.see('rehearsal', read_beams(ranges, angles, 0.1), 0)
        for command in ((1.0, 0.0), (0.0, 1.0)):
            guard.limit(np.array(command), 0)


def _stop(zone: str, reason: str, points: Mapping[str, np.ndarray] | None = None) -> Verdict:
    return Verdict(np.zeros(2), 'stop', zone, reason, points or {})


def _told(scene: Scene, index: np.ndarray) -> str:
    """Points in words: how many, of whom, how near."""
    names = ' and '.join(scene.names[i] for i in np.unique(scene.owner[index]).tolist())
    nearest = np.hypot(*scene.points[index].T).min()
    return f'{len(index)} points of {names}, {nearest:.2f} m away,'
