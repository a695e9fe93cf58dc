"""The liquid time-constant network (Hasani et al., AAAI 2021) as in ncps 1.0.1, on true time.

    C_i dv_i/dt = - g_i (v_i - E_i)
                  - sum_j w_ji sigma_ji(v_j) (v_i - E_ji)        over the neurons
                  - sum_k w_ki sigma_ki(u_k) (v_i - E_ki)        over the inputs
    sigma_ji(v) = sigmoid(s_ji (v - mu_ji))

The input u of an event is applied over the dt that ends at it. A neuron's effective time constant
is tau_i = C_i / (g_i + the sum of its conductances w sigma), in the unit of dt.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from liquid_control.liquid.ncps import read_ltc
from liquid_control.liquid.sequence import semi_implicit_sequence
from liquid_control.liquid.solver import semi_implicit
from liquid_control.liquid.synapses import FrozenSynapses, Synapses
from liquid_control.liquid.wiring import Wiring


class Trace(NamedTuple):
    """What happened inside while a sequence ran; T steps.

    outputs: [batch, T, motors]. states: [batch, T, neurons], after each step.
    time_constants: [batch, T, neurons], at the end of each step, in the unit of dt.
    """

    outputs: Tensor
    states: Tensor
    time_constants: Tensor


class LTC(nn.Module):
    """A network of liquid neurons.

    x: [batch, time, inputs] and dt: [batch, time] give y: [batch, time, motors] and the state,
    [batch, neurons].

    unfolds: solver steps per event. Capacitances, leaks and weights are kept positive by softplus.
    """

    def __init__(self, wiring: Wiring, unfolds: int = 6) -> None:
        super().__init__()
        if unfolds < 1:
            raise ValueError(f'unfolds is {unfolds}, but at least one solver step is needed')
        self.unfolds = unfolds
        self.neurons = wiring.neurons
        self.motors = wiring.motors
        self.gleak = nn.Parameter(torch.empty(wiring.neurons).uniform_(0.001, 1.0))
        self.vleak = nn.Parameter(torch.empty(wiring.neurons).uniform_(-0.2, 0.2))
        self.cm = nn.Parameter(torch.empty(wiring.neurons).uniform_(0.4, 0.6))
        self.sensory = Synapses(wiring.sensory)
        self.recurrent = Synapses(wiring.recurrent)
        self.input_w = nn.Parameter(torch.ones(wiring.inputs))
        self.input_b = nn.Parameter(torch.zeros(wiring.inputs))
        self.output_w = nn.Parameter(torch.ones(wiring.motors))
        self.output_b = nn.Parameter(torch.zeros(wiring.motors))

    @classmethod
    def from_ncps(cls, module: Any) -> 'LTC':
        """The network with the weights of an `ncps.torch.LTC`.

        Raises ValueError for the variants that have no equal here: mixed memory, mappings other
        than affine, explicit parameter constraints.
        """
        theirs = read_ltc(module)
        ltc = cls(theirs.wiring, theirs.unfolds).to(theirs.state['cm'])
        ltc.load_state_dict(theirs.state)
        return ltc

    def initial_state(self, batch: int) -> Tensor:
        return self.cm.new_zeros(batch, self.neurons)

    def forward(
        self, x: Tensor, state: Tensor | None = None, dt: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Run a sequence. Without dt every step lasts 1, as in ncps.

        x: [batch, time, inputs]. dt: [batch, time], >= 0. Returns y: [batch, time, motors], state:
            [batch, neurons].
        """
        states = self._states(x, state, dt)
        return self._output(states), states[:, -1]

    def step(
        self, x: Tensor, state: Tensor, dt: Tensor, frozen: 'Frozen | None' = None
    ) -> tuple[Tensor, Tensor]:
        """One event: x: [batch, inputs], state: [batch, neurons], dt: [batch] give y: [batch,
        motors], state.

        frozen: what `freeze` gave; spares its computation where the weights do not change between
            steps.
        """
        fixed = frozen or self.freeze()
        drive, total = fixed.from_inputs(self._input(x))
        state = semi_implicit(
            state, fixed.recurrent.plus(drive, total), fixed.capacitance, dt, self.unfolds
        )
        return self._output(state), state

    def trace(self, x: Tensor, state: Tensor | None = None, dt: Tensor | None = None) -> Trace:
        """Run a sequence and keep the states and the effective time constants of every neuron and
        step.
        """
        states = self._states(x, state, dt)
        return Trace(self._output(states), states, self.time_constants(x, states))

    def time_constants(self, x: Tensor, states: Tensor) -> Tensor:
        """tau_i = C_i / D_i under the inputs x: [..., inputs] at the states: [..., neurons], in
        the unit of dt.
        """
        fixed = self.freeze()
        _, from_inputs = fixed.from_inputs(self._input(x))
        _, from_neurons = fixed.recurrent(states)
        return fixed.capacitance / (from_inputs + from_neurons)

    def freeze(self) -> 'Frozen':
        """Everything that depends on the weights alone."""
        leak = softplus(self.gleak)
        return Frozen(
            softplus(self.cm),
            leak,
            leak * self.vleak,
            self.sensory.freeze(),
            self.recurrent.freeze(),
        )

    def _states(self, x: Tensor, state: Tensor | None, dt: Tensor | None) -> Tensor:
        """[batch, time, neurons]. What does not depend on the state is computed once, outside of
        the time loop.
        """
        if x.shape[1] == 0:
            raise ValueError('x holds no time step')
        v = self.initial_state(len(x)) if state is None else state
        dt = x.new_ones(x.shape[:2]) if dt is None else dt
        if dt.shape != x.shape[:2]:
            raise ValueError(
                f'dt is {list(dt.shape)}, but x has [batch, time] = {list(x.shape[:2])}'
            )
        fixed = self.freeze()
        drive = torch.cat(fixed.from_inputs(self._input(x)), dim=-1)
        return semi_implicit_sequence(
            v, fixed.recurrent, fixed.capacitance, drive, dt, self.unfolds
        )

    def _input(self, x: Tensor) -> Tensor:
        return x * self.input_w + self.input_b

    def _output(self, states: Tensor) -> Tensor:
        return states[..., : self.motors] * self.output_w + self.output_b


class Frozen(NamedTuple):
    """An LTC's weights in the form that its equation uses; all per neuron, except the synapses."""

    capacitance: Tensor
    leak: Tensor
    leak_current: Tensor
    sensory: FrozenSynapses
    recurrent: FrozenSynapses

    def from_inputs(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """What does not depend on the potentials of N and D: u: [..., inputs] gives two [...,
        neurons].
        """
        current, total = self.sensory(u)
        return current + self.leak_current, total + self.leak
