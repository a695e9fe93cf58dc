"""What is read out of a network is what its equation says, at every event."""

import math

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus

from liquid_control.liquid import LTC, AutoNCP, Wiring
from liquid_control.liquid.readouts import currents, signed_weights, trace


@pytest.fixture
def ltc():
    torch.manual_seed(5)
    return LTC(4, AutoNCP(14, 3, seed=1)).double()


@pytest.fixture
def events():
    torch.manual_seed(6)
    return torch.randn(2, 100, 4).double(), torch.rand(2, 100).double()


def before_softplus(value):
    return torch.tensor(value).double().expm1().log()


@pytest.fixture
def pair():
    """Input -> neuron 1 excites neuron 0, which inhibits neuron 1."""
    wiring = Wiring(np.array([[0, 1]]), np.array([[0, -1], [1, 0]]), 1, {'motor': 1, 'inter': 1})
    ltc = LTC(1, wiring).double()
    for synapses, w, mu in ((ltc.sensory, [0.7], [0.1]), (ltc.recurrent, [0.5, 0.9], [0.2, 0.4])):
        synapses.w.data = before_softplus(w)
        synapses.mu.data = torch.tensor(mu).double()
        synapses.sigma.data[:] = 3.0
    ltc.cm.data = before_softplus([0.5, 0.6])
    ltc.gleak.data = before_softplus([0.3, 0.2])
    ltc.input_w.data[:] = 2.0
    ltc.input_b.data[:] = 0.25
    return ltc


def opened(v, mu):
    return 1.0 / (1.0 + math.exp(-3.0 * (v - mu)))


def test_currents_of_two_neurons_by_hand(pair):
    x, (v0, v1) = 0.4, (-0.3, 0.8)
    sensory, recurrent = currents(
        pair, torch.tensor([x]).double(), torch.tensor([v0, v1]).double()
    )
    assert (sensory.source.tolist(), sensory.target.tolist()) == ([0], [1])
    assert (recurrent.source.tolist(), recurrent.target.tolist()) == ([0, 1], [1, 0])
    assert sensory.values.tolist() == pytest.approx([0.7 * opened(2 * x + 0.25, 0.1) * (1 - v1)])
    expected = [0.5 * opened(v0, 0.2) * (-1 - v1), 0.9 * opened(v1, 0.4) * (1 - v0)]
    assert recurrent.values.tolist() == pytest.approx(expected)


def test_time_constants_of_two_neurons_by_hand(pair):
    seen = trace(pair, torch.tensor([[[0.4]]]).double(), dt=torch.tensor([[0.2]]).double())
    v0, v1 = seen.states[0, 0].tolist()
    expected = [
        0.5 / (0.3 + 0.9 * opened(v1, 0.4)),
        0.6 / (0.2 + 0.7 * opened(2 * 0.4 + 0.25, 0.1) + 0.5 * opened(v0, 0.2)),
    ]
    assert seen.time_constants[0, 0].tolist() == pytest.approx(expected)


def test_signed_weights_of_two_neurons_by_hand(pair):
    sensory, recurrent = signed_weights(pair)
    torch.testing.assert_close(sensory, torch.tensor([[0.0, 0.7]]).double())
    torch.testing.assert_close(recurrent, torch.tensor([[0.0, -0.5], [0.9, 0.0]]).double())


def test_a_trace_is_the_sequence_seen_from_inside(ltc, events):
    x, dt = events
    y, last = ltc(x, None, dt)
    seen = trace(ltc, x, dt=dt)
    torch.testing.assert_close(seen.outputs, y)
    torch.testing.assert_close(seen.states[:, -1], last)
    torch.testing.assert_close(seen.times, dt.cumsum(1))
    assert seen.states.shape == seen.time_constants.shape == (2, 100, 14)
    assert seen.wiring is ltc.wiring
    assert not any(value.requires_grad for value in seen[:-1])


def test_time_constants_lie_between_all_synapses_shut_and_all_open(ltc, events):
    x, dt = events
    time_constants = trace(ltc, 5 * x, dt=dt).time_constants
    leak, capacitance = softplus(ltc.gleak), softplus(ltc.cm)
    weights = sum(matrix.abs().sum(0) for matrix in signed_weights(ltc))
    assert (time_constants <= capacitance / leak).all()
    assert (time_constants >= capacitance / (leak + weights)).all()
    assert (time_constants.amax(1) > 1.05 * time_constants.amin(1)).any()


def test_currents_are_what_moves_the_potentials(ltc, events):
    x, dt = events
    seen = trace(ltc, x, dt=dt)
    at = seen.states[:, -1]
    flow = softplus(ltc.gleak) * (ltc.vleak - at)
    for group in currents(ltc, x[:, -1], at):
        flow = flow.index_add(1, group.target, group.values)
    tiny = 1e-7
    _, after = ltc.step(x[:, -1], at, torch.full((2,), tiny).double())
    torch.testing.assert_close((after - at) / tiny, flow / softplus(ltc.cm), atol=1e-5, rtol=1e-5)


def test_currents_come_with_every_event_and_synapse(ltc, events):
    x, dt = events
    seen = currents(ltc, x, trace(ltc, x, dt=dt).states)
    assert seen.sensory.values.shape == (2, 100, np.count_nonzero(ltc.wiring.sensory))
    assert seen.recurrent.values.shape == (2, 100, np.count_nonzero(ltc.wiring.recurrent))
    polarity = ltc.wiring.recurrent[seen.recurrent.source, seen.recurrent.target]
    assert np.count_nonzero(polarity) == len(polarity)


def test_masked_events_are_not_there(ltc, events):
    x, dt = events
    mask = torch.ones(2, 100, dtype=torch.bool)
    mask[0, :3] = mask[1, 50:70] = mask[1, -1] = False
    x[~mask] = torch.nan
    seen = trace(ltc, x, dt=dt, mask=mask)
    for sample in range(2):
        here = mask[sample]
        alone = trace(ltc, x[sample : sample + 1, here], dt=dt[sample : sample + 1, here])
        torch.testing.assert_close(seen.states[sample, here], alone.states[0])
        torch.testing.assert_close(seen.time_constants[sample, here], alone.time_constants[0])
        torch.testing.assert_close(seen.times[sample, here], alone.times[0])
    assert seen.time_constants[~mask].isnan().all()
    assert seen.states.isfinite().all()


def test_no_events_give_an_empty_trace(ltc):
    seen = trace(ltc, torch.zeros(2, 0, 4).double())
    assert seen.states.shape == seen.time_constants.shape == (2, 0, 14)
    assert seen.outputs.shape == (2, 0, 3)
