"""What an answer hangs on: integrated gradients (Sundararajan, Taly, Yan 2017).

A policy remembers, so an answer hangs on more than the last event. With a(T) one of the two
velocities wanted at time T, and x_t the input of the network at event t (held features and ages
of all sensors, and the coin), sensor s contributes

    C_s(T) = sum over events t in (T - LOOK_BACK, T], over s's features f, of
             x_tf * the mean over z from 0 to 1 of  da(T)/dx_tf  where all inputs are z x

in m/s or rad/s, signed; the sum over events integrates how long a feature was held. All sensors
together, ages included, add up to a(T) less what the policy would answer, from the memory of a
second ago, to nothing: features of 0, as of a sensor that never spoke, and ages of 0. Gradient x
input (Shrikumar et al. 2016; Simonyan et al. 2014 without the input) is this at z = 1 alone: where
neurons saturate, as those of an LTC do, it misses most.

Of a LiDAR it is told by direction as well: the mean gradient by its features, led back through
the encoder, where that stands, to the nearness of each sector (near / (near + range), 0 far
away), times the nearness. To first order, so directions do not add up to the LiDAR's C.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from liquid_control.policy import LidarSpec, Policy
from liquid_control.policy.encoders import LidarEncoder
from liquid_control_sim.inspection.thoughts import Thoughts

LOOK_BACK = 1.0
"""Seconds."""
APART = 0.1
"""Seconds between the answers that are explained."""
_PATH = 48
"""Values of z, in the middles of as many equal parts."""
_AT_ONCE = 32


class Saliency(NamedTuple):
    """Of k answers, at these times [k]; velocities are m/s and rad/s.

    answers, to_nothing: [k, 2], and what would have been answered to nothing.
    features, ages: by sensor, [k, 2], what its features and its age contribute. coin: [k, 2].
    directions: by LiDAR, [k, 2, sectors], from angle_min to angle_max.
    """

    times: np.ndarray
    answers: np.ndarray
    to_nothing: np.ndarray
    features: dict[str, np.ndarray]
    ages: dict[str, np.ndarray]
    coin: np.ndarray
    directions: dict[str, np.ndarray]

    @property
    def missed(self) -> np.ndarray:
        """By how much all contributions together miss what they should add up to: root mean
        square, m/s and rad/s [2]. It is the error of the mean over z.
        """
        whole = sum(self.features.values()) + sum(self.ages.values()) + self.coin
        return np.sqrt(np.mean((whole - (self.answers - self.to_nothing)) ** 2, axis=0))


class _Explained(NamedTuple):
    """contributions: [k, 2, inputs]. to_nothing: [k, 2]. directions: by LiDAR [k, 2, sectors]. Of
    raw actions.
    """

    contributions: np.ndarray
    to_nothing: np.ndarray
    directions: dict[str, np.ndarray]


def saliency(policy: Policy, seen: Thoughts) -> Saliency:
    """Of an answer every 0.1 s."""
    grid = np.arange(seen.times[0], seen.times[-1], APART)
    last = np.unique(seen.at(grid))
    pieces = np.split(last, np.arange(_AT_ONCE, len(last), _AT_ONCE))
    parts = [_explained(policy, seen, piece) for piece in pieces]
    scale = np.array((policy.spec.action.max_linear, policy.spec.action.max_angular))
    by_input = np.concatenate([part.contributions for part in parts]) * scale[:, None]
    return Saliency(
        seen.times[last],
        seen.actions[last] * scale,
        np.concatenate([part.to_nothing for part in parts]) * scale,
        {name: by_input[:, :, where].sum(axis=2) for name, where in policy.slices.items()},
        {name: by_input[:, :, policy.held_size + i] for i, name in enumerate(policy.sensors)},
        by_input[:, :, policy.held_size + len(policy.sensors) :].sum(axis=2),
        {
            name: np.concatenate([part.directions[name] for part in parts]) * scale[:, None]
            for name in parts[0].directions
        },
    )


def _explained(policy: Policy, seen: Thoughts, last: np.ndarray) -> _Explained:
    """The answers after the events `last` [k]."""
    events, real = _windows(seen, last)
    x, dt = torch.from_numpy(seen.x[events]), torch.from_numpy(seen.dt[events])
    state = _state_before(policy, seen, events)

    def answer(x: Tensor) -> Tensor:
        y, _ = policy.core.sequence(x, state, dt * policy.spec.time_scale, real)
        return torch.tanh(y[:, -1])

    gradients = _mean_gradients(answer, x * real.unsqueeze(2))
    with torch.no_grad():
        to_nothing = answer(torch.zeros_like(x))
    directions = {
        name: np.stack(
            [
                _by_direction(policy, seen, name, events, gradient[:, :, policy.slices[name]])
                for gradient in gradients
            ],
            axis=1,
        )
        for name, spec in policy.spec.sensors.items()
        if isinstance(spec, LidarSpec)
    }
    contributions = torch.stack([(gradient * x).sum(dim=1) for gradient in gradients], dim=1)
    return _Explained(contributions.numpy(), to_nothing.numpy(), directions)


def _mean_gradients(answer: Callable[[Tensor], Tensor], x: Tensor) -> list[Tensor]:
    """Of each of the two velocities by x [k, events, inputs], over the way from 0 to x."""
    sums = [torch.zeros_like(x), torch.zeros_like(x)]
    for place in range(_PATH):
        here = (x * ((place + 0.5) / _PATH)).requires_grad_()
        actions = answer(here)
        for motor, total in enumerate(sums):
            (gradient,) = torch.autograd.grad(actions[:, motor].sum(), here, retain_graph=True)
            total += gradient
    return [total / _PATH for total in sums]


def _windows(seen: Thoughts, last: np.ndarray) -> tuple[np.ndarray, Tensor]:
    """The events [k, length] that lead to the last ones, and which of them are no padding. A
    window does not reach behind the beginning of the memory.
    """
    begins = np.maximum.accumulate(np.where(seen.resets, np.arange(len(seen.times)), 0))
    first = np.searchsorted(seen.times, seen.times[last] - LOOK_BACK, side='right')
    first = np.maximum(first, begins[last])
    events = last[:, None] + np.arange(-int((last - first).max()), 1)
    return np.maximum(events, first[:, None]), torch.from_numpy(events >= first[:, None])


def _state_before(policy: Policy, seen: Thoughts, events: np.ndarray) -> Tensor:
    """[k, state size]: what was remembered before the first event of each window."""
    first = events[:, 0]
    state = torch.from_numpy(seen.states[first - 1])
    return torch.where(
        torch.from_numpy(seen.resets[first])[:, None],
        policy.core.initial_state(len(first)).detach(),
        state,
    )


def _by_direction(
    policy: Policy, seen: Thoughts, sensor: str, events: np.ndarray, gradient: Tensor
) -> np.ndarray:
    """[k, sectors], from the gradient [k, events, features] by what was held of a LiDAR.

    With n the nearness of a sector at range r, dn/dr = -n^2 / near, so that
    da/dn n = -da/dr (near + r).
    """
    encoder, prepared = policy.encoder(sensor), torch.from_numpy(seen.prepared[sensor])
    assert isinstance(encoder, LidarEncoder)
    if not len(prepared):
        return np.zeros((len(events), prepared.shape[1]), np.float32)
    rows = torch.from_numpy(seen.newest[sensor][events])
    first = rows.clip(min=0).min(dim=1, keepdim=True).values
    place = (rows - first).clip(min=0)
    scans = int(place.max()) + 1
    heard = gradient * (rows >= 0).unsqueeze(2)
    summed = gradient.new_zeros(len(rows), scans, gradient.shape[2])
    summed.scatter_add_(1, place.unsqueeze(2).expand_as(heard), heard)
    held = (first + torch.arange(scans)).clip(max=len(prepared) - 1)
    ranges = prepared[held].flatten(0, 1).requires_grad_()
    # A sum has the same gradient as grad_outputs, for which torch would import sympy: seconds.
    told = torch.sum(encoder(ranges) * summed.flatten(0, 1))
    (by_range,) = torch.autograd.grad(told, ranges)
    by_nearness = -by_range * (encoder.near + ranges.detach())
    return by_nearness.unflatten(0, (len(rows), scans)).sum(dim=1).numpy()
