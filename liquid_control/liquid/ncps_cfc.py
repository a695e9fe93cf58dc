"""Reading CfC networks and mixed memories trained with ncps 1.0.1
(https://github.com/mlech26l/ncps).
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from liquid_control.liquid.wiring import Wiring

_ACTIVATIONS = {
    'LeCun': 'lecun_tanh',
    'Tanh': 'tanh',
    'ReLU': 'relu',
    'SiLU': 'silu',
    'GELU': 'gelu',
}


class NcpsCfC(NamedTuple):
    """An `ncps.torch.CfC` in our terms: the arguments and the state dict of a CfC."""

    inputs: int
    units: int | Wiring
    options: dict[str, Any]
    state: dict[str, Tensor]


class NcpsMemory(NamedTuple):
    """The LSTM of an ncps network with mixed memory.

    state: of MixedMemory's own maps. cell: the network, or state dict, as if it had no memory.
    is_ltc: whether that is an LTC, or else a CfC.
    """

    state: dict[str, Tensor]
    cell: Any
    is_ltc: bool


def read_cfc(source: Any, mode: str, activation: str) -> NcpsCfC:
    """Copy the weights of an `ncps.torch.CfC` or of its state dict; ncps itself is not imported.

    mode, activation: what a state dict does not tell, except for the mode 'pure'. Raises
        ValueError, naming the field, for what has no equal here.
    """
    if isinstance(source, Mapping):
        mixed, weights = any(name.startswith('lstm.') for name in source), source
        dropout = 0.0
    else:
        mode, activation, dropout = _options(source)
        mixed, weights = source.use_mixed, source.state_dict()
    if mixed:
        raise ValueError('ncps CfC: mixed_memory is True; take it over by MixedMemory.from_ncps')
    layers = _layers(weights)
    backbone = _backbone(layers[0])
    options: dict[str, Any] = {'mode': 'pure' if 'w_tau' in layers[0] else mode}
    if 'sparsity_mask' in layers[0]:
        units: int | Wiring = _wiring([_synapses(layer) for layer in layers])
    else:
        units = len(layers[0]['ff1.bias'])
        options |= {'activation': activation, 'backbone_dropout': dropout}
        options |= {'backbone_layers': len(backbone)}
        options |= {'backbone_units': len(backbone[0][1])} if backbone else {}
    state = {f'layers.{i}.{k}': v for i, layer in enumerate(layers) for k, v in _state(layer)}
    if 'fc.weight' in weights:
        options['proj_size'] = _projected(weights['fc.weight'], layers[-1])
        state |= {f'proj.{k}': weights[f'fc.{k}'].detach().clone() for k in ('weight', 'bias')}
    return NcpsCfC(_inputs(layers[0]), units, options, state)


def read_memory(source: Any) -> NcpsMemory:
    """Copy the memory of an `ncps.torch.CfC` or `ncps.torch.LTC`, or of its state dict.

    Raises ValueError if it has none.
    """
    if isinstance(source, Mapping):
        weights = source
        cell: Any = {k: v for k, v in source.items() if not k.startswith('lstm.')}
    else:
        weights, cell = source.state_dict(), copy.copy(source)
        cell.use_mixed = False
    maps = ('lstm.input_map.weight', 'lstm.input_map.bias', 'lstm.recurrent_map.weight')
    if not weights.keys() >= set(maps):
        raise ValueError('ncps: mixed_memory is False; take it over by CfC or LTC.from_ncps')
    state = {name.removeprefix('lstm.'): weights[name].detach().clone() for name in maps}
    return NcpsMemory(state, cell, 'rnn_cell.cm' in weights)


def _options(module: Any) -> tuple[str, str, float]:
    """Mode, activation and dropout of the backbone."""
    if type(module).__name__ != 'CfC' or not hasattr(module, 'rnn_cell'):
        raise ValueError(f'the module is {type(module).__name__}, wanted ncps.torch.CfC')
    cell = getattr(module.rnn_cell, 'layer_0', module.rnn_cell)
    if not cell.backbone:
        return cell.mode, 'lecun_tanh', 0.0
    activation = type(cell.backbone[1]).__name__
    if activation not in _ACTIVATIONS:
        wanted = ', '.join(_ACTIVATIONS)
        raise ValueError(f'ncps CfC: activation is {activation}, wanted one of {wanted}')
    dropout = [part.p for part in cell.backbone if isinstance(part, torch.nn.Dropout)]
    return cell.mode, _ACTIVATIONS[activation], dropout[0] if dropout else 0.0


def _layers(weights: Mapping[str, Tensor]) -> list[dict[str, Tensor]]:
    """The weights of each layer by ncps's names: of layer_0, layer_1 ... or of the only one."""
    numbered = {name.split('.')[1] for name in weights if name.startswith('rnn_cell.layer_')}
    prefixes = [f'rnn_cell.{layer}.' for layer in sorted(numbered)] or ['rnn_cell.']
    if f'{prefixes[0]}ff1.weight' not in weights:
        raise ValueError('ncps CfC: rnn_cell.ff1.weight is missing; is it the state of a CfC?')
    return [
        {k.removeprefix(prefix): v.detach() for k, v in weights.items() if k.startswith(prefix)}
        for prefix in prefixes
    ]


def _backbone(layer: Mapping[str, Tensor]) -> list[tuple[Tensor, Tensor]]:
    """Weight and bias of each map; activations between them make gaps in ncps's numbering."""
    numbers = sorted({int(name.split('.')[1]) for name in layer if name.startswith('backbone.')})
    return [(layer[f'backbone.{n}.weight'], layer[f'backbone.{n}.bias']) for n in numbers]


def _inputs(layer: Mapping[str, Tensor]) -> int:
    first = [weight for weight, _ in _backbone(layer)] or [layer['ff1.weight']]
    return first[0].shape[1] - len(layer['ff1.bias'])


def _synapses(layer: Mapping[str, Tensor]) -> np.ndarray:
    """[inputs, units] bool."""
    return layer['sparsity_mask'][:, : _inputs(layer)].t().cpu().numpy() != 0


def _wiring(layers: list[np.ndarray]) -> Wiring:
    """The synapses that a wired CfC uses. It knows no polarity, so all of them excite here.

    Of a wiring of one layer ncps gives all neurons as outputs, whatever its output_dim.
    """
    sizes = [reach.shape[1] for reach in layers]
    neurons = sum(sizes)
    sensory = np.zeros((len(layers[0]), neurons), np.int8)
    recurrent = np.zeros((neurons, neurons), np.int8)
    sensory[:, neurons - sizes[0] :] = layers[0]
    if len(layers) == 1:
        return Wiring(sensory, recurrent, neurons, {'motor': neurons})
    if len(layers) != 3:
        raise ValueError(f'ncps CfC: the wiring has {len(layers)} layers, wanted 1 or 3')
    inter, command, motor = sizes
    recurrent[motor + command :, motor : motor + command] = layers[1]
    recurrent[motor : motor + command, :motor] = layers[2]
    return Wiring(sensory, recurrent, motor, {'motor': motor, 'command': command, 'inter': inter})


def _state(layer: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """Name and value in a `ClosedForm`: the heads are joined there."""
    pure = 'w_tau' in layer
    heads = ('ff1',) if pure else ('ff1', 'ff2', 'time_a', 'time_b')
    for i, (weight, bias) in enumerate(_backbone(layer)):
        yield f'backbone.{i}.weight', weight.clone()
        yield f'backbone.{i}.bias', bias.clone()
    for kind in ('weight', 'bias'):
        yield f'heads.{kind}', torch.cat([layer[f'{head}.{kind}'] for head in heads])
    if pure:
        yield 'w_tau', layer['w_tau'][0].clone()
        yield 'A', layer['A'][0].clone()
    if 'sparsity_mask' in layer:
        sparse = layer['sparsity_mask'] != 0
        dense = torch.ones_like(sparse)
        yield 'mask', torch.cat([sparse, sparse, dense, dense][: len(heads)])


def _projected(weight: Tensor, layer: Mapping[str, Tensor]) -> int:
    outputs = len(layer['ff1.bias'])
    if weight.shape[1] != outputs:
        raise ValueError(
            f'ncps CfC: proj_size maps {weight.shape[1]} outputs, but the cell has {outputs}'
        )
    return len(weight)
