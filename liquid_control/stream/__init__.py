"""Event time: messages of many sensors become one ordered stream with true time differences. No
ROS, no torch.
"""

from liquid_control.stream.event import Event, Step
from liquid_control.stream.timeline import Timeline, TimeRules

__all__ = ['Event', 'Step', 'TimeRules', 'Timeline']
