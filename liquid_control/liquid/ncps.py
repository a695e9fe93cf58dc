"""Reading LTC networks trained with ncps 1.0.1 (https://github.com/mlech26l/ncps)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from liquid_control.liquid.wiring import Wiring

_POSITIVE = ('gleak', 'cm', 'w', 'sensory_w')
_EDGE = ('w', 'mu', 'sigma', 'erev')


class NcpsLTC(NamedTuple):
    """An `ncps.torch.LTC` in our terms. state: the state dict of an LTC with this wiring."""

    wiring: Wiring
    unfolds: int
    state: dict[str, Tensor]


def read_ltc(source: Any, unfolds: int, outputs: int | None) -> NcpsLTC:
    """Copy the weights of an `ncps.torch.LTC` or of its state dict; ncps itself is not imported.

    unfolds, outputs: what a state dict does not tell, the latter only without output mapping.
    Raises ValueError for mixed memory and for a missing number of outputs.
    """
    if isinstance(source, Mapping):
        _refuse_mixed(any(name.startswith('lstm.') for name in source))
        return _ltc(
            {name.rpartition('.')[2]: value for name, value in source.items()}, unfolds, outputs
        )
    cell = source.rnn_cell
    _refuse_mixed(source.use_mixed)
    weights = {name: value.detach() for name, value in cell.named_parameters()}
    if not cell._implicit_param_constraints:
        weights |= {name: _softplus_inverse(weights[name]) for name in _POSITIVE}
    return _ltc(weights, cell._ode_unfolds, cell.motor_size)


def _ltc(weights: Mapping[str, Tensor], unfolds: int, outputs: int | None) -> NcpsLTC:
    neurons = len(weights['cm'])
    if 'output_w' in weights:
        outputs = len(weights['output_w'])
    elif outputs is None:
        raise ValueError('ncps LTC without output mapping: outputs is missing, wanted its number')
    wiring = Wiring(
        sensory=_polarity(weights['sensory_erev'], weights['sensory_sparsity_mask']),
        recurrent=_polarity(weights['erev'], weights['sparsity_mask']),
        motors=outputs,
        layers={'motor': outputs, 'inter': neurons - outputs},
    )
    # a mapping that is not there is one that changes nothing
    like = weights['cm']
    state = {
        'input_w': like.new_ones(wiring.inputs),
        'input_b': like.new_zeros(wiring.inputs),
        'output_w': like.new_ones(outputs),
        'output_b': like.new_zeros(outputs),
    }
    names = ('gleak', 'vleak', 'cm', *state)
    state |= {name: weights[name].clone() for name in names if name in weights}
    state |= _edges('sensory', wiring.sensory, 'sensory_', weights)
    state |= _edges('recurrent', wiring.recurrent, '', weights)
    return NcpsLTC(wiring, unfolds, state)


def _refuse_mixed(mixed: bool) -> None:
    if mixed:
        raise ValueError('ncps LTC: mixed_memory is True; take it over by MixedMemory.from_ncps')


def _softplus_inverse(value: Tensor) -> Tensor:
    """What softplus takes to the value; what ncps would clip at 0 becomes next to nothing."""
    value = value.clamp(min=1e-8)
    return value + torch.log(-torch.expm1(-value))


def _polarity(erev: Tensor, mask: Tensor) -> np.ndarray:
    """A synapse is where the mask says so, even if training took its reversal potential to 0."""
    sign = torch.where(erev < 0, -1, 1) * (mask != 0)
    return sign.to(torch.int8).cpu().numpy()


def _edges(
    group: str, polarity: np.ndarray, prefix: str, weights: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """The state of one group of synapses, from ncps's dense matrices."""
    source, target = (torch.from_numpy(index.copy()) for index in np.nonzero(polarity))
    values = {name: weights[prefix + name][source, target] for name in _EDGE}
    return {f'{group}.{k}': v for k, v in ({'source': source, 'target': target} | values).items()}
