"""Which neuron talks to which, and with what polarity. Immutable; random ones come from a seed.

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
    """

    sensory: np.ndarray
    recurrent: np.ndarray
    motors: int
    layers: Mapping[str, int]

    def __post_init__(self) -> None:
        if self.sensory.shape[1] != self.neurons or self.recurrent.shape != (
            self.neurons,
            self.neurons,
        ):
            raise ValueError(
                f'sensory is {self.sensory.shape} and recurrent is {self.recurrent.shape}, '
                'but they must be [inputs, neurons] and [neurons, neurons]'
            )
        for matrix in (self.sensory, self.recurrent):
            matrix.setflags(write=False)

    @property
    def inputs(self) -> int:
        return self.sensory.shape[0]

    @property
    def neurons(self) -> int:
        return self.recurrent.shape[1]


def fully_connected(inputs: int, neurons: int, motors: int, seed: int) -> Wiring:
    """Every input and every neuron talks to every neuron; two of three synapses excite, as in
    ncps.
    """
    rng = np.random.default_rng(seed)
    return Wiring(
        sensory=_polarity(rng, (inputs, neurons)),
        recurrent=_polarity(rng, (neurons, neurons)),
        motors=motors,
        layers={'motor': motors, 'inter': neurons - motors},
    )


def ncp(
    inputs: int,
    inter: int,
    command: int,
    motors: int,
    sensory_fanout: int,
    inter_fanout: int,
    recurrent_command: int,
    motor_fanin: int,
    seed: int,
) -> Wiring:
    """A neural circuit policy (Lechner et al., Nature Machine Intelligence 2020): four sparse
    layers.

        inputs --sensory_fanout--> inter --inter_fanout--> command --motor_fanin--> motor
                                                            command <-recurrent_command-> command

    A fan-out counts the targets of each source, motor_fanin the sources of each motor neuron, and
    recurrent_command the synapses among command neurons. A neuron that nobody chose as a target
    gets a random source, so that every neuron is fed.
    """
    for name, value, most in (
        ('sensory_fanout', sensory_fanout, inter),
        ('inter_fanout', inter_fanout, command),
        ('motor_fanin', motor_fanin, command),
    ):
        if not 1 <= value <= most:
            raise ValueError(
                f'{name} is {value}, wanted 1 to {most}, the size of the layer that it reaches'
            )
    rng = np.random.default_rng(seed)
    neurons = motors + command + inter
    command_at = motors
    inter_at = motors + command
    sensory = np.zeros((inputs, neurons), np.int8)
    recurrent = np.zeros((neurons, neurons), np.int8)
    sensory[:, inter_at:] = _fan_out(rng, inputs, inter, sensory_fanout)
    recurrent[inter_at:, command_at:inter_at] = _fan_out(rng, inter, command, inter_fanout)
    for _ in range(recurrent_command):
        source, target = rng.integers(command, size=2) + command_at
        recurrent[source, target] = _polarity(rng, ())
    recurrent[command_at:inter_at, :motors] = _fan_out(rng, motors, command, motor_fanin).T
    layers = {'motor': motors, 'command': command, 'inter': inter}
    return Wiring(sensory, recurrent, motors, layers)


def _polarity(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.choice(np.array([-1, 1, 1], np.int8), size=shape)


def _fan_out(rng: np.random.Generator, sources: int, targets: int, fanout: int) -> np.ndarray:
    """[sources, targets] polarities with `fanout` synapses a row and at least one a column."""
    block = np.zeros((sources, targets), np.int8)
    for row in block:
        row[rng.choice(targets, size=fanout, replace=False)] = _polarity(rng, (fanout,))
    for column in np.flatnonzero(~block.any(axis=0)):
        block[rng.integers(sources), column] = _polarity(rng, ())
    return block
