"""From events to raw actions: encoders, the liquid policy, its bundle on disk and the engine that
runs it.
"""

from liquid_control.policy.bundle import BundleError, load_bundle, save_bundle
from liquid_control.policy.engine import Engine
from liquid_control.policy.networks import (
    CfcSpec,
    FrameStackSpec,
    GruSpec,
    LstmSpec,
    LtcSpec,
    NcpSpec,
)
from liquid_control.policy.policy import Policy
from liquid_control.policy.spec import (
    ActionSpec,
    AnySensorSpec,
    CameraSpec,
    DepthSpec,
    GoalSpec,
    ImuSpec,
    LidarSpec,
    OdometrySpec,
    PolicySpec,
)

__all__ = [
    'ActionSpec',
    'AnySensorSpec',
    'BundleError',
    'CameraSpec',
    'CfcSpec',
    'DepthSpec',
    'Engine',
    'FrameStackSpec',
    'GoalSpec',
    'GruSpec',
    'ImuSpec',
    'LidarSpec',
    'LstmSpec',
    'LtcSpec',
    'NcpSpec',
    'OdometrySpec',
    'Policy',
    'PolicySpec',
    'load_bundle',
    'save_bundle',
]
