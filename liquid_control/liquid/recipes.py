"""How wirings are made: frozen recipes, each with a seed, that go to JSON or YAML and back.

Two networks built from one recipe have the same synapses and leave the recipe as it was. Names and
counts are those of ncps 1.0.1; the random numbers are our own.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import ConfigDict, Field

from liquid_control.liquid.wiring import Wiring

_CONFIG = ConfigDict(extra='forbid')


@dataclass(frozen=True)
class NCP:
    """A neural circuit policy (Lechner et al., Nature Machine Intelligence 2020): four sparse
    layers.

        inputs --sensory_fanout--> inter --inter_fanout--> command --motor_fanin--> motor
                                       command <-recurrent_command_synapses-> command

    A fan-out counts the targets of each source, motor_fanin the sources of each motor neuron.
    recurrent_command_synapses are drawn with replacement: of two on the same place the last one
    stays. Neurons that were left out get one synapse more: every inter and command neuron is fed,
    and every command neuron is heard by a motor neuron.

    Raises ValueError for a fan-out or fan-in that is more than the layer has neurons.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    type: Literal['ncp'] = field(default='ncp', kw_only=True, repr=False)
    inter_neurons: int
    command_neurons: int
    motor_neurons: int
    sensory_fanout: int
    inter_fanout: int
    recurrent_command_synapses: int
    motor_fanin: int
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ('inter_neurons', 'command_neurons', 'motor_neurons'):
            _check_count(name, getattr(self, name))
        for name, layer in (
            ('sensory_fanout', self.inter_neurons),
            ('inter_fanout', self.command_neurons),
            ('motor_fanin', self.command_neurons),
        ):
            reach = ', the size of the layer that it reaches'
            _check_count(name, getattr(self, name), most=layer, why=reach)
        _check_count('recurrent_command_synapses', self.recurrent_command_synapses, least=0)
        _check_count('seed', self.seed, least=0)

    def build(self, inputs: int) -> Wiring:
        _check_count('inputs', inputs)
        rng = np.random.default_rng(self.seed)
        motors, command, inter = self.motor_neurons, self.command_neurons, self.inter_neurons
        inter_at, neurons = motors + command, motors + command + inter
        sensory = np.zeros((inputs, neurons), np.int8)
        recurrent = np.zeros((neurons, neurons), np.int8)
        sensory[:, inter_at:] = _fan_out(rng, inputs, inter, self.sensory_fanout)
        recurrent[inter_at:, motors:inter_at] = _fan_out(rng, inter, command, self.inter_fanout)
        for _ in range(self.recurrent_command_synapses):
            source, target = rng.integers(command, size=2) + motors
            recurrent[source, target] = _polarity(rng, ())
        recurrent[motors:inter_at, :motors] = _fan_out(rng, motors, command, self.motor_fanin).T
        layers = {'motor': motors, 'command': command, 'inter': inter}
        return Wiring(sensory, recurrent, motors, layers)


@dataclass(frozen=True)
class AutoNCP:
    """An NCP of which only the size is given; `ncp` holds the counts that follow from it.

    units: neurons in all. output_size: motor neurons, fewer than units - 2. sparsity_level: 0.1 to
        1.0; a fan-out or fan-in is the share 1 - sparsity_level of the layer that it reaches.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    type: Literal['auto_ncp'] = field(default='auto_ncp', kw_only=True, repr=False)
    units: int
    output_size: int
    sparsity_level: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        _check_count('units', self.units, least=4)
        fewer = f', fewer than units - 2 = {self.units - 2}'
        _check_count('output_size', self.output_size, most=self.units - 3, why=fewer)
        if not 0.1 <= self.sparsity_level <= 1.0:
            raise ValueError(f'sparsity_level is {self.sparsity_level}, wanted 0.1 to 1.0')
        _check_count('seed', self.seed, least=0)

    @property
    def ncp(self) -> NCP:
        density = 1.0 - self.sparsity_level
        inner = self.units - self.output_size
        command = max(int(0.4 * inner), 1)
        share = max(int(command * density), 1)
        return NCP(
            inter_neurons=inner - command,
            command_neurons=command,
            motor_neurons=self.output_size,
            sensory_fanout=max(int((inner - command) * density), 1),
            inter_fanout=share,
            recurrent_command_synapses=max(int(command * density * 2), 1),
            motor_fanin=share,
            seed=self.seed,
        )

    def build(self, inputs: int) -> Wiring:
        return self.ncp.build(inputs)


@dataclass(frozen=True)
class FullyConnected:
    """Every input and every neuron talks to every neuron; two of three synapses excite.

    output_dim: motor neurons; without it all neurons are. self_connections: whether a neuron also
        talks to itself.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    type: Literal['fully_connected'] = field(default='fully_connected', kw_only=True, repr=False)
    units: int
    output_dim: int | None = None
    seed: int = 0
    self_connections: bool = True

    def __post_init__(self) -> None:
        _check_units(self.units, self.output_dim)
        _check_count('seed', self.seed, least=0)

    def build(self, inputs: int) -> Wiring:
        _check_count('inputs', inputs)
        rng = np.random.default_rng(self.seed)
        sensory = _polarity(rng, (inputs, self.units))
        recurrent = _polarity(rng, (self.units, self.units))
        if not self.self_connections:
            np.fill_diagonal(recurrent, 0)
        return _two_layers(sensory, recurrent, self.output_dim)


@dataclass(frozen=True)
class Random:
    """Synapses anywhere, from inputs and neurons alike; two of three excite.

    Of all possible ones exactly the share 1 - sparsity_level exists, rounded, among the sensory
    and among the recurrent synapses. Where it is small, a neuron may be left without any.

    output_dim: motor neurons; without it all neurons are. sparsity_level: 0 to less than 1.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    type: Literal['random'] = field(default='random', kw_only=True, repr=False)
    units: int
    output_dim: int | None = None
    sparsity_level: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        _check_units(self.units, self.output_dim)
        if not 0.0 <= self.sparsity_level < 1.0:
            raise ValueError(
                f'sparsity_level is {self.sparsity_level}, wanted 0.0 to less than 1.0'
            )
        _check_count('seed', self.seed, least=0)

    def build(self, inputs: int) -> Wiring:
        _check_count('inputs', inputs)
        rng = np.random.default_rng(self.seed)
        sensory = _scattered(rng, (inputs, self.units), 1.0 - self.sparsity_level)
        recurrent = _scattered(rng, (self.units, self.units), 1.0 - self.sparsity_level)
        return _two_layers(sensory, recurrent, self.output_dim)


Recipe = Annotated[NCP | AutoNCP | FullyConnected | Random, Field(discriminator='type')]


def built(inputs: int, wiring: Wiring | Recipe | int) -> Wiring:
    """The wiring of a network with so many inputs; a bare number of neurons is fully connected.

    Raises ValueError if a wiring that is already built has other inputs.
    """
    if isinstance(wiring, int):
        return FullyConnected(wiring).build(inputs)
    if not isinstance(wiring, Wiring):
        return wiring.build(inputs)
    if wiring.inputs != inputs:
        raise ValueError(f'wiring has {wiring.inputs} inputs, wanted {inputs}')
    return wiring


def _check_count(
    name: str, value: Any, least: int = 1, most: int | None = None, why: str = ''
) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f'{name} is {value!r}, wanted an int')
    if value < least or (most is not None and value > most):
        wanted = f'at least {least}' if most is None else f'{least} to {most}'
        raise ValueError(f'{name} is {value}, wanted {wanted}{why}')


def _check_units(units: int, output_dim: int | None) -> None:
    _check_count('units', units)
    if output_dim is not None:
        _check_count('output_dim', output_dim, most=units, why=', the number of units')


def _two_layers(sensory: np.ndarray, recurrent: np.ndarray, output_dim: int | None) -> Wiring:
    units = len(recurrent)
    motors = units if output_dim is None else output_dim
    return Wiring(sensory, recurrent, motors, {'motor': motors, 'inter': units - motors})


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


def _scattered(rng: np.random.Generator, shape: tuple[int, int], density: float) -> np.ndarray:
    """[sources, targets] polarities with synapses at random places."""
    block = np.zeros(shape, np.int8)
    synapses = round(block.size * density)
    places = rng.choice(block.size, size=synapses, replace=False)
    block.flat[places] = _polarity(rng, (synapses,))
    return block
