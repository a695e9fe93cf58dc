"""Conductance-based synapses as a list of edges: a sparse wiring costs what its synapses cost."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus


class Synapses(nn.Module):
    """All synapses from one group of sources to one group of targets.

    A synapse from j to i conducts w_ji sigmoid(sigma_ji (v_j - mu_ji)) towards its reversal
    potential E_ji; the weight w is the softplus of the parameter, as in ncps.

    polarity: [sources, targets], +1, -1 or 0 for none; the initial reversal potentials, as in
        ncps.
    """

    source: Tensor
    target: Tensor
    by_target: Tensor
    start: Tensor

    def __init__(self, polarity: np.ndarray) -> None:
        super().__init__()
        source, target = np.nonzero(polarity)
        by_target = np.argsort(target, kind='stable')
        start = np.searchsorted(target[by_target], np.arange(polarity.shape[1] + 1))
        self.register_buffer('source', torch.from_numpy(source.copy()))
        self.register_buffer('target', torch.from_numpy(target.copy()))
        self.register_buffer('by_target', torch.from_numpy(by_target), persistent=False)
        self.register_buffer('start', torch.from_numpy(start), persistent=False)
        edges = len(source)
        self.w = nn.Parameter(torch.empty(edges).uniform_(0.001, 1.0))
        self.mu = nn.Parameter(torch.empty(edges).uniform_(0.3, 0.8))
        self.sigma = nn.Parameter(torch.empty(edges).uniform_(3.0, 8.0))
        self.erev = nn.Parameter(torch.from_numpy(polarity[source, target].astype(np.float32)))

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *arguments: Any
    ) -> None:
        """As any module's, but weights of other synapses are refused, be they as many."""
        for name in ('source', 'target'):
            given, own = state_dict.get(prefix + name), getattr(self, name)
            if given is not None and not torch.equal(given.to(own), own):
                raise ValueError(f'{prefix}{name}: these weights are of another wiring')
        super()._load_from_state_dict(state_dict, prefix, *arguments)

    def freeze(self) -> 'FrozenSynapses':
        """The synapses with everything computed that does not depend on potentials."""
        weight = softplus(self.w)
        edges = (self.sigma, -self.sigma * self.mu, weight, weight * self.erev)
        return FrozenSynapses(
            self.source[self.by_target],
            self.target[self.by_target],
            self.start,
            *(value[self.by_target] for value in edges),
        )


class FrozenSynapses(NamedTuple):
    """Synapses in the form that the equation uses, in the order of their targets.

    source, target: [edges] int64. start: [targets + 1] int64, target i has the edges start[i] up
        to start[i + 1]. sigma, offset, weight, current: [edges]; an edge adds
        weight s to D and current s to N of its target, s = sigmoid(offset + sigma v_source).
    """

    source: Tensor
    target: Tensor
    start: Tensor
    sigma: Tensor
    offset: Tensor
    weight: Tensor
    current: Tensor

    @property
    def targets(self) -> int:
        return len(self.start) - 1

    def __call__(self, v: Tensor) -> tuple[Tensor, Tensor]:
        """v: [..., sources] gives the sums N and D over each target's synapses, [..., targets]."""
        activation = torch.sigmoid(torch.addcmul(self.offset, v[..., self.source], self.sigma))
        target = self.target.expand_as(activation)
        zeros = v.new_zeros(*v.shape[:-1], self.targets)
        return (
            zeros.scatter_add(-1, target, activation * self.current),
            zeros.scatter_add(-1, target, activation * self.weight),
        )
