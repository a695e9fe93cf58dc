"""From a sensor's arrays to features. The preprocessing is here and nowhere else: train as you
deploy.

Every encoder has two halves:
    prepare(values)     numpy, raw [k, ...] as the sensor gives it to what is worth storing of it
    forward(prepared)   torch, [k, ...] to features [k, features] in (-1, 1)
"""

import numpy as np
import torch
from torch import Tensor, nn

from liquid_control.policy.spec import (
    AnySensorSpec,
    CameraSpec,
    DepthSpec,
    GoalSpec,
    ImuSpec,
    LidarSpec,
    OdometrySpec,
)

GRAVITY = 9.81


class LidarEncoder(nn.Module):
    """Ranges, pooled to the nearest return of each sector, seen as nearness, through a 1D
    convolution.

    nearness = near / (near + range): 1 at contact, 0.5 at `near`, 0 far away.
    """

    near = 1.0

    def __init__(self, spec: LidarSpec) -> None:
        super().__init__()
        if spec.beams % spec.pool:
            raise ValueError(
                f'pool is {spec.pool}, but it must divide beams, which is {spec.beams}'
            )
        if not spec.angle_min < spec.angle_max <= spec.angle_min + 2 * np.pi + 1e-6:
            raise ValueError(
                f'angle_max is {spec.angle_max}, but it must be above angle_min, which is '
                f'{spec.angle_min}, by no more than a turn'
            )
        self.spec = spec
        sectors = spec.beams // spec.pool
        self.convolution = nn.Sequential(
            nn.Conv1d(1, 8, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv1d(8, 16, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv1d(16, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.head = nn.Linear(_width(self.convolution, 1, sectors), spec.features)

    def prepare(self, values: np.ndarray) -> np.ndarray:
        """Ranges [k, beams] by REP-117 to metres [k, beams / pool] in [0, range_max].

        +inf is clear, -inf too close. NaN says nothing: its neighbours in the sector speak for it,
        and a sector of nothing but NaN counts as too close, since nobody knows.
        """
        sectors = values.reshape(len(values), -1, self.spec.pool)
        nearest = np.fmin.reduce(sectors, axis=2)
        return np.nan_to_num(nearest, nan=0.0).clip(0.0, self.spec.range_max).astype(np.float32)

    def forward(self, prepared: Tensor) -> Tensor:
        nearness = self.near / (self.near + prepared)
        return torch.tanh(self.head(self.convolution(nearness.unsqueeze(1))))


class ImuEncoder(nn.Module):
    """Angular velocity and acceleration, scaled to the size of a ground robot's, through one
    linear layer.
    """

    scale: Tensor
    rest: Tensor

    def __init__(self, spec: ImuSpec) -> None:
        super().__init__()
        self.register_buffer(
            'rest', torch.tensor([0.0, 0.0, 0.0, 0.0, 0.0, GRAVITY]), persistent=False
        )
        self.register_buffer(
            'scale', torch.tensor([1.0, 1.0, 1.0, 0.25, 0.25, 0.25]), persistent=False
        )
        self.head = nn.Linear(6, spec.features)

    def prepare(self, values: np.ndarray) -> np.ndarray:
        return values.astype(np.float32)

    def forward(self, prepared: Tensor) -> Tensor:
        return torch.tanh(self.head((prepared - self.rest) * self.scale))


class CameraEncoder(nn.Module):
    """An image through strided convolutions that keep where in it a thing stands."""

    def __init__(self, spec: CameraSpec) -> None:
        super().__init__()
        self.convolution = _convolution(spec.channels, spec.stride)
        width = _width(self.convolution, spec.channels, spec.height, spec.width)
        self.head = nn.Linear(width, spec.features)

    def prepare(self, values: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(values)

    def forward(self, prepared: Tensor) -> Tensor:
        """prepared: [k, height, width, channels] uint8."""
        pixels = prepared.permute(0, 3, 1, 2).to(self.head.weight.dtype, copy=True)
        pixels = pixels.div_(255.0).sub_(0.5)  # in place: it is most of an image's memory
        return torch.tanh(self.head(self.convolution(pixels)))


class DepthEncoder(nn.Module):
    """Depth as nearness, beside it whether it is known, through the camera's convolutions.

    nearness = near / (near + depth), 0 where nothing is known.
    """

    near = 1.0

    def __init__(self, spec: DepthSpec) -> None:
        super().__init__()
        self.spec = spec
        self.convolution = _convolution(2, spec.stride)
        width = _width(self.convolution, 2, spec.height, spec.width)
        self.head = nn.Linear(width, spec.features)

    def prepare(self, values: np.ndarray) -> np.ndarray:
        """Depth [k, height, width], +inf clear and -inf too close, to metres in [0, range_max];
        NaN stays NaN.
        """
        return values.clip(0.0, self.spec.range_max).astype(np.float32)

    def forward(self, prepared: Tensor) -> Tensor:
        known = ~prepared.isnan()
        nearness = torch.where(known, self.near / (self.near + prepared.nan_to_num()), 0.0)
        channels = torch.stack((nearness, known.to(nearness.dtype)), dim=1)
        return torch.tanh(self.head(self.convolution(channels)))


class OdometryEncoder(nn.Module):
    """The robot's own velocity, (m/s, rad/s), through one linear layer."""

    def __init__(self, spec: OdometrySpec) -> None:
        super().__init__()
        self.head = nn.Linear(2, spec.features)

    def prepare(self, values: np.ndarray) -> np.ndarray:
        return values.astype(np.float32)

    def forward(self, prepared: Tensor) -> Tensor:
        return torch.tanh(self.head(prepared))


class GoalEncoder(nn.Module):
    """Distance and bearing as nearness and a direction that fades as the goal is reached, through
    one linear layer.

    With d the distance and b the bearing: near / (near + d), and d / (near + d) * (cos b, sin b).
    All are within [-1, 1], and smooth at the goal, where the bearing means nothing.
    """

    near = 1.0

    def __init__(self, spec: GoalSpec) -> None:
        super().__init__()
        self.head = nn.Linear(3, spec.features)

    def prepare(self, values: np.ndarray) -> np.ndarray:
        """Distance and bearing [k, 2] to the three numbers [k, 3]."""
        distance, bearing = np.asarray(values, np.float64).T
        farness = distance / (self.near + distance)
        directions = farness * np.cos(bearing), farness * np.sin(bearing)
        return np.stack((1.0 - farness, *directions), axis=1).astype(np.float32)

    def forward(self, prepared: Tensor) -> Tensor:
        return torch.tanh(self.head(prepared))


Encoder = LidarEncoder | ImuEncoder | CameraEncoder | DepthEncoder | OdometryEncoder | GoalEncoder


def build_encoder(spec: AnySensorSpec) -> Encoder:
    match spec:
        case LidarSpec():
            return LidarEncoder(spec)
        case ImuSpec():
            return ImuEncoder(spec)
        case CameraSpec():
            return CameraEncoder(spec)
        case DepthSpec():
            return DepthEncoder(spec)
        case OdometrySpec():
            return OdometryEncoder(spec)
        case GoalSpec():
            return GoalEncoder(spec)


def _convolution(channels: int, stride: int) -> nn.Sequential:
    """stride: of the first layer; see `CameraSpec`."""
    first: list[nn.Module]
    if stride == 4:
        first = [nn.Conv2d(channels, 16, 6, stride=4, padding=1)]
    else:
        halved = nn.Conv2d(channels, 8, 5, stride=2, padding=2)
        first = [halved, nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1)]
    return nn.Sequential(
        *first,
        nn.ReLU(),
        nn.Conv2d(16, 24, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(24, 24, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
    )


def _width(layers: nn.Module, *shape: int) -> int:
    """How many numbers come out of the layers for one input of this shape."""
    with torch.no_grad():
        return layers(torch.zeros(1, *shape)).shape[1]
