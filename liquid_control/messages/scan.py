"""sensor_msgs/LaserScan to ranges around the robot, by REP-117."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from liquid_control.messages.error import MessageError, check_frame
from liquid_control.messages.settings import LaserScanSettings
from liquid_control.safety.view import View, read_beams

MAX_BEAMS = 65_536
GEOMETRY = ('angle_min', 'angle_increment', 'range_min', 'range_max')
TURN = 2 * math.pi


@dataclass(frozen=True, eq=False)
class Scan:
    """Ranges from one point of the robot, in the directions of the base frame.

    ranges: float32 [beams], metres: +inf nothing in reach, -inf nearer than range_min, NaN
        invalid. angle_min: direction of the first beam, rad; the others follow counter-clockwise,
        angle_increment > 0 apart, for a turn at most; the middle one is within [-pi, pi]. x, y:
        where the beams begin, metres.
    """

    ranges: np.ndarray
    angle_min: float
    angle_increment: float
    range_min: float
    x: float = 0.0
    y: float = 0.0

    @property
    def angles(self) -> np.ndarray:
        """Direction of each beam, rad, float64 [beams], not to be written to."""
        return directions(len(self.ranges), self.angle_min, self.angle_increment)

    @property
    def angle_max(self) -> float:
        """Direction of the last beam, rad."""
        return self.angle_min + (len(self.ranges) - 1) * self.angle_increment


def scan_view(scan: Scan) -> View:
    """What the guard sees of a scan."""
    return read_beams(scan.ranges, scan.angles, scan.range_min, (scan.x, scan.y))


@lru_cache(maxsize=8)
def directions(beams: int, angle_min: float, angle_increment: float) -> np.ndarray:
    """Directions that follow each other, rad, float64 [beams], read-only."""
    angles = angle_min + angle_increment * np.arange(beams)
    angles.flags.writeable = False
    return angles


def centred(angle_min: float, beams: int, increment: float) -> float:
    """The same direction, so many turns away that the middle beam's is within [-pi, pi], rad."""
    middle = angle_min + (beams - 1) * increment / 2
    return angle_min - TURN * round(middle / TURN)


def read_scan(message: Any, settings: LaserScanSettings | None = None) -> Scan:
    """sensor_msgs/LaserScan, clockwise or not, upside down or not, to a Scan.

    REP-117: -inf is too close, +inf is clear, NaN is invalid; numbers outside of [range_min,
    range_max] are discarded, so they become NaN.

    Raises MessageError without beams or with too many, with impossible geometry, or in another
    frame.
    """
    settings = settings or LaserScanSettings()
    check_frame('scan', message, settings.frame_id)
    beams = len(message.ranges)
    angle_min, increment = _checked_angles(message, beams)
    ranges = np.array(message.ranges, dtype=np.float32)
    outside = (ranges < message.range_min) | (ranges > message.range_max)
    ranges[outside & np.isfinite(ranges)] = np.nan
    if settings.upside_down:
        angle_min, increment = -angle_min, -increment
    if increment < 0.0:
        ranges = ranges[::-1]
        angle_min, increment = angle_min + (beams - 1) * increment, -increment
    angle_min = centred(angle_min + settings.yaw, beams, increment)
    return Scan(ranges, angle_min, increment, message.range_min, settings.x, settings.y)


def _checked_angles(message: Any, beams: int) -> tuple[float, float]:
    if beams == 0:
        raise MessageError('scan has no ranges')
    if beams > MAX_BEAMS:
        raise MessageError(f'scan has {beams} ranges, wanted {MAX_BEAMS} at most')
    for name in GEOMETRY:
        if not math.isfinite(getattr(message, name)):
            raise MessageError(f'scan has {name} {getattr(message, name)}, wanted a finite number')
    angle_min, increment = message.angle_min, message.angle_increment
    if increment == 0.0:
        raise MessageError('scan has angle_increment 0, wanted another')
    if not 0.0 <= message.range_min < message.range_max:
        reach = f'{message.range_min:g} to {message.range_max:g}'
        raise MessageError(f'scan reaches from range_min to range_max {reach}, wanted a span >= 0')
    if abs(angle_min) > 2 * TURN:
        raise MessageError(f'scan has angle_min {angle_min:g}, wanted radians within two turns')
    width = (beams - 1) * abs(increment)
    if width > TURN + 2 * abs(increment) or abs(increment) > TURN:
        wide = f'{beams} beams of angle_increment {increment:g}'
        raise MessageError(f'scan has {wide}, wanted one turn at most; are these radians?')
    return angle_min, increment
