"""Taking over networks trained with ncps 1.0.1 (https://github.com/mlech26l/ncps)."""

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from liquid_control.liquid.synapses import Synapses
from liquid_control.liquid.wiring import Wiring

if TYPE_CHECKING:
    from liquid_control.liquid.ltc import LTC


def ltc_from_ncps(kind: type['LTC'], module: Any) -> 'LTC':
    """See `LTC.from_ncps`. Reads the cell's arrays only: ncps itself is not imported."""
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
    ltc = kind(wiring, cell._ode_unfolds).to(weights['cm'].dtype)
    with torch.no_grad():
        for name in ('gleak', 'vleak', 'cm', 'input_w', 'input_b', 'output_w', 'output_b'):
            getattr(ltc, name).copy_(weights[name])
        _copy_edges(ltc.sensory, weights, 'sensory_')
        _copy_edges(ltc.recurrent, weights, '')
    return ltc


def _refuse(wrong: bool, field: str, got: Any, wanted: Any) -> None:
    if wrong:
        raise ValueError(f'ncps LTC: {field} is {got!r}, but only {wanted!r} can be taken over')


def _polarity(erev: torch.Tensor, mask: torch.Tensor) -> np.ndarray:
    """A synapse is where the mask says so; a reversal potential that training took to 0 still is
    one.
    """
    sign = torch.where(erev < 0, -1, 1) * (mask != 0)
    return sign.to(torch.int8).numpy()


def _copy_edges(synapses: Synapses, weights: dict[str, torch.Tensor], prefix: str) -> None:
    for name in ('w', 'mu', 'sigma', 'erev'):
        getattr(synapses, name).copy_(weights[prefix + name][synapses.source, synapses.target])
