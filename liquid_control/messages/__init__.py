"""ROS messages to arrays, or the reason why not, in one line.

    scan, cloud, resample     LaserScan, PointCloud2 -> Scan -> a policy's beams
    imu, odometry             Imu, Odometry, and a goal seen from the robot
    image, compressed         Image, CompressedImage -> pixels of a policy's size
    settings                  what a user can say about each of them

Messages come from anywhere. Sizes are bounded and checked against each other before anything is
allocated, and no reader takes more time or memory than a small multiple of the message's own.

`compressed` is imported from its module: it needs Pillow, and nothing else does.
"""

from liquid_control.messages.cloud import read_cloud
from liquid_control.messages.error import MessageError, stamp_ns
from liquid_control.messages.image import read_depth_image, read_image
from liquid_control.messages.imu import read_imu
from liquid_control.messages.odometry import Goal, read_odometry
from liquid_control.messages.resample import Resampler
from liquid_control.messages.scan import Scan, read_scan, scan_view
from liquid_control.messages.settings import (
    CompressedImageSettings,
    DepthImageSettings,
    GoalSettings,
    ImageSettings,
    ImuSettings,
    InputSettings,
    LaserScanSettings,
    OdometrySettings,
    PointCloud2Settings,
)

__all__ = [
    'CompressedImageSettings',
    'DepthImageSettings',
    'Goal',
    'GoalSettings',
    'ImageSettings',
    'ImuSettings',
    'InputSettings',
    'LaserScanSettings',
    'MessageError',
    'OdometrySettings',
    'PointCloud2Settings',
    'Resampler',
    'Scan',
    'read_cloud',
    'read_depth_image',
    'read_image',
    'read_imu',
    'read_odometry',
    'read_scan',
    'scan_view',
    'stamp_ns',
]
