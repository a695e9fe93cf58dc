"""From events to raw actions: encoders, the liquid policy, its bundle on disk and the engine that
runs it.
"""

from liquid_control.policy.bundle import BundleError, load_bundle, save_bundle
from liquid_control.policy.engine import Engine
from liquid_control.policy.policy import Policy
from liquid_control.policy.spec import (
    ActionSpec,
    CameraSpec,
    ImuSpec,
    LidarSpec,
    NcpSpec,
    PolicySpec,
)

__all__ = [
    'ActionSpec',
    'BundleError',
    'CameraSpec',
    'Engine',
    'ImuSpec',
    'LidarSpec',
    'NcpSpec',
    'Policy',
    'PolicySpec',
    'load_bundle',
    'save_bundle',
]
