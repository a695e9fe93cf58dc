"""LSTM and GRU are torch's, with or without sight of the time."""

import pytest
import torch

from liquid_control.liquid.gated import GRU, LSTM


@pytest.mark.parametrize('use_dt', [False, True])
def test_the_lstm_is_that_of_torch(use_dt):
    cell = LSTM(3, 5, use_dt)
    reference = torch.nn.LSTM(3 + use_dt, 5, batch_first=True)
    reference.load_state_dict(cell.rnn.state_dict())
    x, dt = torch.randn(2, 7, 3), torch.rand(2, 7)
    y, (h, c) = reference(torch.cat((x, dt[..., None]), dim=2) if use_dt else x)
    for got, wanted in zip(cell(x, None, dt), (y, torch.cat((h[0], c[0]), dim=1)), strict=True):
        assert torch.equal(got, wanted)


@pytest.mark.parametrize('use_dt', [False, True])
def test_the_gru_is_that_of_torch(use_dt):
    cell = GRU(3, 5, use_dt)
    reference = torch.nn.GRU(3 + use_dt, 5, batch_first=True)
    reference.load_state_dict(cell.rnn.state_dict())
    x, dt = torch.randn(2, 7, 3), torch.rand(2, 7)
    y, h = reference(torch.cat((x, dt[..., None]), dim=2) if use_dt else x)
    for got, wanted in zip(cell(x, None, dt), (y, h[0]), strict=True):
        assert torch.equal(got, wanted)


@pytest.mark.parametrize('family', [LSTM, GRU])
def test_only_a_network_that_is_given_the_time_depends_on_it(family):
    x, dt = torch.randn(2, 7, 3), torch.rand(2, 7)
    blind, seeing = family(3, 5), family(3, 5, use_dt=True)
    assert torch.equal(blind(x, None, dt)[0], blind(x, None, 2 * dt)[0])
    assert not torch.allclose(seeing(x, None, dt)[0], seeing(x, None, 2 * dt)[0])


@pytest.mark.parametrize('family', [LSTM, GRU])
def test_a_masked_event_gives_the_hidden_state_held(family):
    cell = family(3, 5)
    x, state = torch.randn(2, 4, 3), torch.randn(2, cell.state_size)
    y, after = cell(x, state, mask=torch.zeros(2, 4, dtype=torch.bool))
    assert torch.equal(y, state[:, None, :5].expand(2, 4, 5))
    assert torch.equal(after, state)
