"""How a policy under training tries something else: noise that holds together over irregular time,
and how likely it was.

A decision is what the policy wants, its mean m, and a wandering noise n on top: a = m + n. The
noise is an Ornstein-Uhlenbeck process, stepped exactly over the true time dt between decisions:

    n' = rho n + std sqrt(1 - rho^2) xi,    rho = exp(-dt / correlation),    xi ~ N(0, 1)

It forgets within `correlation` seconds whether a decision comes every 5 ms or every 500 ms, and
its spread is `std` always. White noise at every event would not: of a hundred draws a second the
robot feels the average, nothing.

A policy that wants m + d instead would have had to draw x = n - d to act the same, and before it
x_before. So the densities of a decision under both follow from the one formula

    p(a | before) = N(x; rho x_before, std^2 (1 - rho^2))

whose product over an episode is the density of the whole path, as of any autoregressive policy
(Korenkevych et al., 'Autoregressive Policies for Continuous Control Deep RL', IJCAI 2019).
"""

import math

import numpy as np
import torch
from torch import Tensor, nn


class Noise:
    """The noise of one drive, for both motors. std: [2], of raw actions. correlation: seconds."""

    def __init__(self, std: np.ndarray, correlation: float, rng: np.random.Generator) -> None:
        self._std, self._correlation, self._rng = std, correlation, rng
        self._last = np.zeros(2)

    def after(self, dt: float) -> np.ndarray:
        """The noise [2] so many seconds after the last; infinite for the first."""
        rho = math.exp(-dt / self._correlation)
        fresh = self._std * math.sqrt(1.0 - rho**2) * self._rng.standard_normal(2)
        self._last = rho * self._last + fresh
        return self._last


class Exploration(nn.Module):
    """The law of the noise, with a spread that is learned; it is no part of the policy."""

    def __init__(self, std: float, correlation: float) -> None:
        super().__init__()
        self.log_std = nn.Parameter(torch.full((2,), math.log(std)))
        self.correlation = correlation

    @property
    def std(self) -> np.ndarray:
        """[2] float64."""
        return self.log_std.detach().double().exp().numpy()

    @property
    def entropy(self) -> Tensor:
        """Of the noise at one time, but for a constant; its gradient is that of the entropy."""
        return self.log_std.sum()

    def log_density(self, noise: Tensor, before: Tensor, dt: Tensor) -> Tensor:
        """log p of each noise [k, 2], dt [k] seconds after the one `before` [k, 2]: [k].

        dt > 0; infinite where nothing came before.
        """
        rho = torch.exp(-dt / self.correlation).unsqueeze(-1)
        std = self.log_std.exp() * torch.sqrt(1.0 - rho**2)
        return torch.distributions.Normal(rho * before, std).log_prob(noise).sum(-1)
