"""What stands between the policy and the wheels: limits, guard and watchdog. No ROS in here."""

from liquid_control.safety.guard import Action, Guard, GuardConfig, Verdict, rehearse
from liquid_control.safety.limiter import Limiter, Limits
from liquid_control.safety.shapes import Polygon, circle, rectangle
from liquid_control.safety.view import View, read_beams
from liquid_control.safety.watchdog import Edge, Source, Watchdog
from liquid_control.safety.zone import Zone, zones_around

__all__ = [
    'Action',
    'Edge',
    'Guard',
    'GuardConfig',
    'Limiter',
    'Limits',
    'Polygon',
    'Source',
    'Verdict',
    'View',
    'Watchdog',
    'Zone',
    'circle',
    'read_beams',
    'rectangle',
    'rehearse',
    'zones_around',
]
