"""What stands between the policy and the wheels: the limits and the watchdog. No ROS in here."""

from liquid_control.safety.limiter import Limiter, Limits
from liquid_control.safety.watchdog import Source, Watchdog

__all__ = ['Limiter', 'Limits', 'Source', 'Watchdog']
