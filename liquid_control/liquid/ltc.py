"""The liquid time-constant network (Hasani et al., AAAI 2021) as in ncps 1.0.1, on true time.

    C_i dv_i/dt = - g_i (v_i - E_i)
                  - sum_j w_ji sigma_ji(v_j) (v_i - E_ji)        over the neurons
                  - sum_k w_ki sigma_ki(u_k) (v_i - E_ki)        over the inputs
    sigma_ji(v) = sigmoid(s_ji (v - mu_ji))

The input u of an event is applied over the dt that ends at it. A neuron's effective time constant
is tau_i = C_i / (g_i + the sum of its conductances w sigma), in the unit of dt.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from liquid_control.liquid.cell import checked
from liquid_control.liquid.ncps import read_ltc
from liquid_control.liquid.recipes import Recipe, built
from liquid_control.liquid.sequence import input_drive, trajectory
from liquid_control.liquid.solver import SOLVERS, SolverName, Unfolds, integrate
from liquid_control.liquid.synapses import FrozenSynapses, Synapses
from liquid_control.liquid.wiring import Wiring


class LTC(nn.Module):
    """A network of liquid neurons; a `Cell` whose state are the potentials [batch, neurons].

    wiring: who talks to whom: a recipe such as AutoNCP(64, 8), a Wiring, or a number of neurons
        that are fully connected and all outputs.
    solver: how the equation is integrated; a name of `SOLVERS`. unfolds: solver steps per event.
    max_step: if given, an event takes only as many of the unfolds as keep each at most this long.

    Capacitances, leaks and weights are kept positive by softplus. Raises ValueError.
    """

    def __init__(
        self,
        inputs: int,
        wiring: Wiring | Recipe | int,
        solver: SolverName = 'semi_implicit',
        unfolds: int = 6,
        max_step: float | None = None,
    ) -> None:
        super().__init__()
        if solver not in SOLVERS:
            raise ValueError(f'solver is {solver!r}, wanted one of {", ".join(SOLVERS)}')
        if unfolds < 1:
            raise ValueError(f'unfolds is {unfolds}, but at least one solver step is needed')
        if max_step is not None and not max_step > 0:
            raise ValueError(f'max_step is {max_step}, wanted a time > 0')
        self.solver: SolverName = solver
        self.unfolds = Unfolds(unfolds, max_step)
        self.wiring = built(inputs, wiring)
        self.inputs, self.outputs = inputs, self.wiring.motors
        self.state_size = neurons = self.wiring.neurons
        self.gleak = nn.Parameter(torch.empty(neurons).uniform_(0.001, 1.0))
        self.vleak = nn.Parameter(torch.empty(neurons).uniform_(-0.2, 0.2))
        self.cm = nn.Parameter(torch.empty(neurons).uniform_(0.4, 0.6))
        self.sensory = Synapses(self.wiring.sensory)
        self.recurrent = Synapses(self.wiring.recurrent)
        self.input_w = nn.Parameter(torch.ones(inputs))
        self.input_b = nn.Parameter(torch.zeros(inputs))
        self.output_w = nn.Parameter(torch.ones(self.outputs))
        self.output_b = nn.Parameter(torch.zeros(self.outputs))

    @classmethod
    def from_ncps(
        cls,
        source: nn.Module | Mapping[str, Any],
        unfolds: int = 6,
        outputs: int | None = None,
    ) -> 'LTC':
        """The network with the weights of an `ncps.torch.LTC`, or of its state dict.

        unfolds, outputs: what a state dict does not tell, the latter only without output mapping.

        Raises ValueError for mixed memory (see `MixedMemory.from_ncps`).
        """
        theirs = read_ltc(source, unfolds, outputs)
        ltc = cls(theirs.wiring.inputs, theirs.wiring, unfolds=theirs.unfolds)
        ltc.to(theirs.state['cm']).load_state_dict(theirs.state)
        return ltc

    def initial_state(self, batch: int) -> Tensor:
        return self.cm.new_zeros(batch, self.state_size)

    def forward(
        self,
        x: Tensor,
        state: Tensor | None = None,
        dt: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Events in order, see `Cell.sequence`. Without dt every event lasts 1, as in ncps."""
        x, state, dt, mask = checked(self, x, state, dt, mask)
        states = self._integrate(x, state, dt, mask)
        return self.output(states), states[:, -1] if states.shape[1] else state

    sequence = forward

    def step(
        self, x: Tensor, state: Tensor, dt: Tensor, frozen: 'Frozen | None' = None
    ) -> tuple[Tensor, Tensor]:
        """One event: x: [batch, inputs], state: [batch, neurons], dt: [batch] give y: [batch,
        outputs], state.

        frozen: what `freeze` gave; spares its computation where the weights do not change between
            steps.
        """
        fixed = frozen or self.freeze()
        current, total = fixed.of_inputs(x)

        def conductance(v: Tensor) -> tuple[Tensor, Tensor]:
            of_neurons = fixed.recurrent(v)
            return current + of_neurons[0], total + of_neurons[1]

        state = integrate(
            SOLVERS[self.solver], state, conductance, fixed.capacitance, dt, self.unfolds
        )
        return self.output(state), state

    def states(
        self,
        x: Tensor,
        state: Tensor | None = None,
        dt: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """The potentials after each event, [batch, time, neurons]."""
        return self._integrate(*checked(self, x, state, dt, mask))

    def output(self, states: Tensor) -> Tensor:
        """The motor neurons' potentials, scaled: [..., neurons] gives [..., outputs]."""
        return states[..., : self.outputs] * self.output_w + self.output_b

    def time_constants(self, x: Tensor, states: Tensor) -> Tensor:
        """tau_i = C_i / D_i under the inputs x: [..., inputs] at the states: [..., neurons], in
        the unit of dt.
        """
        fixed = self.freeze()
        return fixed.capacitance / (fixed.of_inputs(x)[1] + fixed.recurrent(states)[1])

    def freeze(self) -> 'Frozen':
        """Everything that depends on the weights alone."""
        leak = softplus(self.gleak)
        return Frozen(
            self.input_w,
            self.input_b,
            softplus(self.cm),
            leak,
            leak * self.vleak,
            self.sensory.freeze(),
            self.recurrent.freeze(),
        )

    def _integrate(self, x: Tensor, state: Tensor, dt: Tensor, mask: Tensor | None) -> Tensor:
        fixed = self.freeze()
        drive = input_drive(fixed.mapped(x), fixed.sensory, fixed.leak_current, fixed.leak)
        return trajectory(
            state, fixed.recurrent, fixed.capacitance, drive, dt, mask, self.solver, self.unfolds
        )


class Frozen(NamedTuple):
    """An LTC's weights in the form that its equation uses; all per neuron, except inputs' and
    synapses'.
    """

    input_w: Tensor
    input_b: Tensor
    capacitance: Tensor
    leak: Tensor
    leak_current: Tensor
    sensory: FrozenSynapses
    recurrent: FrozenSynapses

    def mapped(self, x: Tensor) -> Tensor:
        """The inputs as the sensory synapses see them."""
        return x * self.input_w + self.input_b

    def of_inputs(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What does not depend on the potentials of N and D: x: [..., inputs] gives two [...,
        neurons].
        """
        current, total = self.sensory(self.mapped(x))
        return current + self.leak_current, total + self.leak
