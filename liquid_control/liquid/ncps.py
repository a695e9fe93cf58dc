"""Reading networks trained with ncps 1.0.1 (https://github.com/mlech26l/ncps)."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from liquid_control.liquid.wiring import Wiring

_NEURON = ('gleak', 'vleak', 'cm', 'input_w', 'input_b', 'output_w', 'output_b')
_EDGE = ('w', 'mu', 'sigma', 'erev')


class NcpsLTC(NamedTuple):
    """An `ncps.torch.LTC` in our terms. state: the state dict of an LTC with this wiring."""

    wiring: Wiring
    unfolds: int
    state: dict[str, Tensor]


def read_ltc(module: Any) -> NcpsLTC:
    """Copy the weights of an `ncps.torch.LTC`; ncps itself is not imported.

    Raises ValueError, naming the option, for the variants that have no equal here.
    """
    cell = module.rnn_cell
    _refuse(module.use_mixed, 'mixed_memory', True, False)
    _refuse(not cell._implicit_param_constraints, 'implicit_param_constraints', False, True)
    for name in ('input_mapping', 'output_mapping'):
        mapping = getattr(cell, f'_{name}')
        _refuse(mapping != 'affine', name, mapping, 'affine')
    weights = {name: value.detach() for name, value in cell.named_parameters()}
    wiring = Wiring(
        sensory=_polarity(weights['sensory_erev'], weights['sensory_sparsity_mask']),
        recurrent=_polarity(weights['erev'], weights['sparsity_mask']),
        motors=cell.motor_size,
        layers={'motor': cell.motor_size, 'inter': cell.state_size - cell.motor_size},
    )
    state = {name: weights[name].clone() for name in _NEURON}
    state |= _edges('sensory', wiring.sensory, 'sensory_', weights)
    state |= _edges('recurrent', wiring.recurrent, '', weights)
    return NcpsLTC(wiring, cell._ode_unfolds, state)


def _refuse(wrong: bool, field: str, got: Any, wanted: Any) -> None:
    if wrong:
        raise ValueError(f'ncps LTC: {field} is {got!r}, but only {wanted!r} can be taken over')


def _polarity(erev: Tensor, mask: Tensor) -> np.ndarray:
    """A synapse is where the mask says so, even if training took its reversal potential to 0."""
    sign = torch.where(erev < 0, -1, 1) * (mask != 0)
    return sign.to(torch.int8).cpu().numpy()


def _edges(
    group: str, polarity: np.ndarray, prefix: str, weights: dict[str, Tensor]
) -> dict[str, Tensor]:
    """The state of one group of synapses, from ncps's dense matrices."""
    source, target = (torch.from_numpy(index.copy()) for index in np.nonzero(polarity))
    values = {name: weights[prefix + name][source, target] for name in _EDGE}
    return {f'{group}.{k}': v for k, v in ({'source': source, 'target': target} | values).items()}
