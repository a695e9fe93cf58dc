"""Encoders on numpy, for one measurement at a time: there, torch costs more than the numbers.

The formulas are those of `encoders`; a test holds the two together.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from torch import nn

from liquid_control.policy.encoders import (
    CameraEncoder,
    DepthEncoder,
    Encoder,
    GoalEncoder,
    ImuEncoder,
    LidarEncoder,
    OdometryEncoder,
)

Plain = Callable[[np.ndarray], np.ndarray]


def plain(encoder: Encoder) -> Plain:
    """The encoder's forward, with the weights of this moment: prepared values of one measurement
    [1, ...] to features [1, features] float32.
    """
    weight, bias = _array(encoder.head.weight), _array(encoder.head.bias)
    before = _before(encoder)
    convolutions: list[_Convolution] = []
    if isinstance(encoder, LidarEncoder | CameraEncoder | DepthEncoder):
        layers = [m for m in encoder.convolution if isinstance(m, nn.Conv1d | nn.Conv2d)]
        convolutions = [_Convolution.of(layer) for layer in layers]

    def forward(prepared: np.ndarray) -> np.ndarray:
        x = before(prepared[0])
        for convolution in convolutions:
            x = np.maximum(convolution.over(x), 0.0)
        if convolutions:  # torch flattens [channels, height, width]
            x = np.ascontiguousarray(x.transpose(2, 0, 1)).ravel()
        return np.tanh(weight @ x + bias)[None]

    return forward


class _Convolution(NamedTuple):
    """weight: [rows * columns * inputs, outputs] of a kernel of rows x columns."""

    weight: np.ndarray
    bias: np.ndarray
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]

    @classmethod
    def of(cls, layer: nn.Conv1d | nn.Conv2d) -> '_Convolution':
        """A convolution in one dimension is one over an image of one row."""
        weight = _array(layer.weight)
        weight = weight[:, :, None] if weight.ndim == 3 else weight
        rows, columns = weight.shape[2:]
        flat = np.ascontiguousarray(weight.transpose(2, 3, 1, 0).reshape(-1, len(weight)))
        down, right = (1, *layer.stride)[-2:]
        above, beside = (0, *layer.padding)[-2:]
        return cls(
            flat, _array(layer.bias), (rows, columns), (down, right), (int(above), int(beside))
        )

    def over(self, x: np.ndarray) -> np.ndarray:
        """[height, width, inputs] to [height, width, outputs]: patches times weights."""
        (height, width, inputs), (above, beside) = x.shape, self.padding
        padded = np.zeros((height + 2 * above, width + 2 * beside, inputs), np.float32)
        padded[above : above + height, beside : beside + width] = x
        (rows, columns), (down, right) = self.kernel, self.stride
        shape = (
            (padded.shape[0] - rows) // down + 1,
            (padded.shape[1] - columns) // right + 1,
        )
        a, b, c = padded.strides
        steps = (a * down, b * right, a, c)
        patches = np.ndarray((*shape, rows, columns * inputs), np.float32, padded, 0, steps)
        y = patches.reshape(-1, len(self.weight)) @ self.weight + self.bias
        return y.reshape(*shape, -1)


def _before(encoder: Encoder) -> Plain:
    """What comes before the layers: [height, width, channels], or the numbers themselves."""
    match encoder:
        case LidarEncoder(near=near):
            return lambda ranges: (near / (near + ranges))[None, :, None]
        case CameraEncoder():
            return lambda pixels: pixels.astype(np.float32) / np.float32(255.0) - np.float32(0.5)
        case DepthEncoder(near=near):
            return lambda depth: np.stack(
                (np.nan_to_num(near / (near + depth)), ~np.isnan(depth)), axis=2
            )
        case ImuEncoder():
            rest, scale = _array(encoder.rest), _array(encoder.scale)
            return lambda values: (values - rest) * scale
        case OdometryEncoder() | GoalEncoder():
            return lambda values: values


def _array(tensor: object) -> np.ndarray:
    return tensor.detach().cpu().numpy().copy()  # type: ignore[attr-defined]
