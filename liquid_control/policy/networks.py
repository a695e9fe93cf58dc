"""The networks that a policy can have: the liquid one, and those it is compared with.

build(inputs) gives a cell, see `liquid_control.liquid.Cell`, with one output for each motor.
"""

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor, nn

from liquid_control.liquid import (
    GRU,
    LSTM,
    LTC,
    NCP,
    Cell,
    CfC,
    FullyConnected,
    MixedMemory,
    SolverName,
    Wiring,
)
from liquid_control.liquid.feedforward import FrameStack
from liquid_control.schema import Count, Positive, configured

MOTORS = 2


@configured
class NcpSpec:
    """The recipe `NCP`; the motor neurons are the policy's."""

    type: Literal['ncp'] = 'ncp'
    inter: Count = 32
    command: Count = 16
    sensory_fanout: Count = 12
    inter_fanout: Count = 8
    recurrent_command: Count = 64
    motor_fanin: Count = 10
    seed: int = 0

    def build(self, inputs: int) -> Wiring:
        return NCP(
            inter_neurons=self.inter,
            command_neurons=self.command,
            motor_neurons=MOTORS,
            sensory_fanout=self.sensory_fanout,
            inter_fanout=self.inter_fanout,
            recurrent_command_synapses=self.recurrent_command,
            motor_fanin=self.motor_fanin,
            seed=self.seed,
        ).build(inputs)


@configured
class FullyConnectedSpec:
    """The recipe `FullyConnected`; the motor neurons are the policy's."""

    type: Literal['fully_connected'] = 'fully_connected'
    neurons: Count = 32
    seed: int = 0

    def build(self, inputs: int) -> Wiring:
        return FullyConnected(self.neurons, MOTORS, self.seed).build(inputs)


WiringSpec = Annotated[NcpSpec | FullyConnectedSpec, Field(discriminator='type')]


@configured
class LtcSpec:
    """`LTC` on true time. solver, unfolds, max_step: how its equation is integrated; a policy
    drives with what it was trained with. max_step is in the network's unit of time.
    """

    wiring: WiringSpec
    type: Literal['ltc'] = 'ltc'
    solver: SolverName = 'semi_implicit'
    unfolds: Annotated[int, Field(ge=1, le=100)] = 6
    max_step: Positive | None = None

    def build(self, inputs: int) -> Cell:
        return LTC(inputs, self.wiring.build(inputs), self.solver, self.unfolds, self.max_step)


@configured
class CfcSpec:
    """`CfC` on true time, all neurons in one layer. memory: an LSTM holds its state, see
    `MixedMemory`.
    """

    type: Literal['cfc'] = 'cfc'
    units: Count = 32
    backbone_units: Count = 64
    memory: bool = False

    def build(self, inputs: int) -> Cell:
        cell = CfC(inputs, self.units, backbone_units=self.backbone_units, backbone_layers=1)
        return Headed(MixedMemory(cell) if self.memory else cell)


@configured
class LstmSpec:
    """`LSTM`. use_dt: it gets dt as one more input."""

    type: Literal['lstm'] = 'lstm'
    units: Count = 32
    use_dt: bool = False

    def build(self, inputs: int) -> Cell:
        return Headed(LSTM(inputs, self.units, self.use_dt))


@configured
class GruSpec:
    """`GRU`. use_dt: it gets dt as one more input."""

    type: Literal['gru'] = 'gru'
    units: Count = 32
    use_dt: bool = False

    def build(self, inputs: int) -> Cell:
        return Headed(GRU(inputs, self.units, self.use_dt))


@configured
class FrameStackSpec:
    """`FrameStack`: without memory but for the last `frames` events."""

    type: Literal['frame_stack'] = 'frame_stack'
    units: Count = 64
    frames: Annotated[int, Field(ge=1, le=64)] = 1

    def build(self, inputs: int) -> Cell:
        return Headed(FrameStack(inputs, self.units, self.frames))


NetworkSpec = Annotated[
    LtcSpec | CfcSpec | LstmSpec | GruSpec | FrameStackSpec, Field(discriminator='type')
]


class Headed(nn.Module):
    """A cell whose outputs go through an affine map to the motors."""

    outputs = MOTORS

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell
        self.inputs, self.state_size = cell.inputs, cell.state_size
        self.head = nn.Linear(cell.outputs, MOTORS)

    def initial_state(self, batch: int) -> Tensor:
        return self.cell.initial_state(batch)

    def step(self, x: Tensor, state: Tensor, dt: Tensor) -> tuple[Tensor, Tensor]:
        y, state = self.cell.step(x, state, dt)
        return self.head(y), state

    def sequence(
        self,
        x: Tensor,
        state: Tensor | None = None,
        dt: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        y, state = self.cell.sequence(x, state, dt, mask)
        return self.head(y), state

    forward = sequence
