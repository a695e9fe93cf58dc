"""Conductance-based synapses as a list of edges: a sparse wiring costs what its synapses cost."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from liquid_control.liquid.solver import Conductance


class Synapses(nn.Module):
    """All synapses from one group of sources to one group of targets.

    A synapse from j to i conducts w_ji sigmoid(sigma_ji (v_j - mu_ji)) towards its reversal
    potential E_ji.

    polarity: [sources, targets], +1, -1 or 0 for none; the initial reversal potentials, as in
        ncps.
    """

    source: Tensor
    target: Tensor

    def __init__(self, polarity: np.ndarray) -> None:
        super().__init__()
        source, target = np.nonzero(polarity)
        self.targets = polarity.shape[1]
        self.register_buffer('source', torch.from_numpy(source.copy()))
        self.register_buffer('target', torch.from_numpy(target.copy()))
        edges = len(source)
        self.w = nn.Parameter(torch.empty(edges).uniform_(0.001, 1.0))
        self.mu = nn.Parameter(torch.empty(edges).uniform_(0.3, 0.8))
        self.sigma = nn.Parameter(torch.empty(edges).uniform_(3.0, 8.0))
        self.erev = nn.Parameter(torch.from_numpy(polarity[source, target].astype(np.float32)))

    def freeze(self) -> 'FrozenSynapses':
        """The synapses with everything computed that does not depend on potentials."""
        weight = softplus(self.w)
        onto = self.w.new_zeros(len(self.w), 2 * self.targets)
        edge = torch.arange(len(self.w), device=self.w.device)
        onto = onto.index_put((edge, self.target), weight * self.erev)
        onto = onto.index_put((edge, self.target + self.targets), weight)
        return FrozenSynapses(self.source, self.sigma, -self.sigma * self.mu, onto)


class FrozenSynapses(NamedTuple):
    """What a time loop needs of the synapses.

    onto: [edges, 2 targets], the weights that carry each edge's activation to its target's two
        sums.
    """

    source: Tensor
    sigma: Tensor
    offset: Tensor
    onto: Tensor

    def __call__(self, v: Tensor) -> tuple[Tensor, Tensor]:
        """v: [..., sources] gives sum_j w sigma(v_j) E and sum_j w sigma(v_j), both [...,
        targets].
        """
        current, total = (self._activation(v) @ self.onto).chunk(2, dim=-1)
        return current, total

    def plus(self, current: Tensor, total: Tensor) -> Conductance:
        """These conductances and others that hold over an event, both [batch, targets]."""
        other = torch.cat((current, total), dim=-1)

        def conductance(v: Tensor) -> tuple[Tensor, Tensor]:
            current, total = torch.addmm(other, self._activation(v), self.onto).chunk(2, dim=-1)
            return current, total

        return conductance

    def _activation(self, v: Tensor) -> Tensor:
        return torch.sigmoid(
            torch.addcmul(self.offset, v.index_select(-1, self.source), self.sigma)
        )
