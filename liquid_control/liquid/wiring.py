"""Which neuron talks to which, and with what polarity. Immutable; `recipes` make them.

Neurons are numbered as in ncps: motor neurons first, then command neurons, then inter neurons.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Wiring:
    """The synapses of a liquid network.

    sensory: [inputs, neurons] int8, +1 excitatory, -1 inhibitory, 0 no synapse.
    recurrent: [neurons, neurons] int8, from row to column.
    motors: the first `motors` neurons are the outputs.
    layers: neuron count of each layer in the order of the numbering, for readers and pictures.

    The matrices are copied and cannot be written to. Raises ValueError for what does not fit
    together.
    """

    sensory: np.ndarray
    recurrent: np.ndarray
    motors: int
    layers: Mapping[str, int]

    def __post_init__(self) -> None:
        neurons = len(self.recurrent)
        shapes = list(np.shape(self.sensory)), list(np.shape(self.recurrent))
        if shapes[0][1:] != [neurons] or shapes[1] != [neurons, neurons]:
            raise ValueError(
                f'sensory is {shapes[0]} and recurrent is {shapes[1]}, '
                'wanted [inputs, neurons] and [neurons, neurons]'
            )
        for name in ('sensory', 'recurrent'):
            object.__setattr__(self, name, _polarities(name, getattr(self, name)))
        if not 1 <= self.motors <= neurons:
            raise ValueError(f'motors is {self.motors}, wanted 1 to {neurons}, all neurons')
        if sum(self.layers.values()) != neurons:
            raise ValueError(f'layers is {dict(self.layers)}, wanted {neurons} neurons in all')

    @property
    def inputs(self) -> int:
        return self.sensory.shape[0]

    @property
    def neurons(self) -> int:
        return self.recurrent.shape[1]

    @property
    def synapses(self) -> int:
        """How many there are, sensory and recurrent ones together."""
        return int(np.count_nonzero(self.sensory) + np.count_nonzero(self.recurrent))

    def neurons_of(self, layer: str) -> range:
        """The numbers of the neurons of one of `layers`."""
        names = list(self.layers)
        start = sum(self.layers[name] for name in names[: names.index(layer)])
        return range(start, start + self.layers[layer])


def _polarities(name: str, matrix: np.ndarray) -> np.ndarray:
    if not np.isin(matrix, (-1, 0, 1)).all():
        raise ValueError(f'{name} holds {np.unique(matrix)}, wanted nothing but -1, 0 and 1')
    copy = np.array(matrix, np.int8)
    copy.setflags(write=False)
    return copy
