"""The equations of liquid networks, on torch tensors. Knows no ROS, no sensors, no robot."""

from liquid_control.liquid.ltc import LTC, Trace
from liquid_control.liquid.wiring import Wiring, fully_connected, ncp

__all__ = ['LTC', 'Trace', 'Wiring', 'fully_connected', 'ncp']
