"""What every recurrent cell promises, whatever its equation."""

import copy

import pytest
import torch
from safetensors.torch import load_file, save_file

from liquid_control.liquid.cfc import CfC
from liquid_control.liquid.ctrnn import CTRNN
from liquid_control.liquid.feedforward import FrameStack
from liquid_control.liquid.gated import GRU, LSTM
from liquid_control.liquid.ltc import LTC
from liquid_control.liquid.mixed_memory import MixedMemory
from liquid_control.liquid.odernn import ODERNN
from liquid_control.liquid.recipes import AutoNCP

INPUTS = 4
CELLS = {
    'cfc': lambda: CfC(INPUTS, 5, backbone_units=7),
    'cfc_deep': lambda: CfC(
        INPUTS, 5, 'no_gate', proj_size=3, backbone_units=7, backbone_layers=2
    ),
    'cfc_bare': lambda: CfC(INPUTS, 5, 'pure', backbone_layers=0),
    'cfc_wired': lambda: CfC(INPUTS, AutoNCP(10, 3)),
    'cfc_wired_pure': lambda: CfC(INPUTS, AutoNCP(10, 3), 'pure'),
    'ltc': lambda: LTC(INPUTS, 5),
    'ltc_ncp': lambda: LTC(INPUTS, AutoNCP(10, 3), 'exponential_midpoint', unfolds=2),
    'mixed_cfc': lambda: MixedMemory(CfC(INPUTS, AutoNCP(8, 3))),
    'mixed_ltc': lambda: MixedMemory(LTC(INPUTS, AutoNCP(8, 3))),
    'lstm': lambda: LSTM(INPUTS, 5),
    'lstm_dt': lambda: LSTM(INPUTS, 5, use_dt=True),
    'gru': lambda: GRU(INPUTS, 5),
    'gru_dt': lambda: GRU(INPUTS, 5, use_dt=True),
    'ctrnn': lambda: CTRNN(INPUTS, 5, tau=0.5),
    'odernn': lambda: ODERNN(INPUTS, 5),
    'perceptron': lambda: FrameStack(INPUTS, 5),
    'stacked_frames': lambda: FrameStack(INPUTS, 5, frames=3),
}


DEVICES = ['cpu', 'cuda'] if torch.cuda.is_available() else ['cpu']


@pytest.fixture(params=CELLS)
def name(request):
    return request.param


@pytest.fixture(params=DEVICES)
def cell(request, name, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, 'allow_tf32', False)
    torch.manual_seed(5)
    return CELLS[name]().to(request.param)


def events(cell, batch, time, dtype=torch.float32):
    torch.manual_seed(batch * 100 + time)
    x = torch.randn(batch, time, INPUTS, dtype=dtype)
    dt = 0.5 * torch.rand(batch, time, dtype=dtype)
    device = next(cell.parameters()).device
    return x.to(device), dt.to(device), (torch.rand(batch, time) < 0.6).to(device)


def some_state(cell, batch):
    x, dt, _ = events(cell, batch, 4)
    return cell.sequence(x, None, dt)[1].detach()


def same(got, wanted):
    torch.testing.assert_close(got, wanted, atol=2e-6, rtol=1e-5)


def test_the_state_starts_as_zeros_of_its_size(cell):
    state = cell.initial_state(3)
    assert state.shape == (3, cell.state_size)
    assert not state.any()


def test_a_call_is_a_sequence(cell):
    x, dt, mask = events(cell, 3, 6)
    for got, wanted in zip(cell(x, None, dt, mask), cell.sequence(x, None, dt, mask), strict=True):
        assert torch.equal(got, wanted)


def test_a_sequence_equals_step_after_step(cell):
    x, dt, _ = events(cell, 3, 12)
    y, last = cell.sequence(x, None, dt)
    state = cell.initial_state(3)
    for t in range(12):
        y_t, state = cell.step(x[:, t], state, dt[:, t])
        same(y[:, t], y_t)
    same(last, state)


def test_without_dt_every_event_lasts_one(cell):
    x, dt, _ = events(cell, 2, 5)
    same(cell.sequence(x)[0], cell.sequence(x, None, torch.ones_like(dt))[0])


@pytest.mark.parametrize('cut', [0, 1, 7, 12])
def test_two_parts_equal_the_whole_also_where_events_are_masked(cell, cut):
    x, dt, mask = events(cell, 3, 12)
    mask[0, cut : cut + 2] = False
    whole, last = cell.sequence(x, None, dt, mask)
    first, state = cell.sequence(x[:, :cut], None, dt[:, :cut], mask[:, :cut])
    second, state = cell.sequence(x[:, cut:], state, dt[:, cut:], mask[:, cut:])
    same(torch.cat((first, second), dim=1), whole)
    same(state, last)


def test_masked_events_do_not_exist(cell):
    x, dt, mask = events(cell, 4, 15)
    y, last = cell.sequence(x, None, dt, mask)
    for i in range(4):
        here = mask[i]
        alone, state = cell.sequence(x[i, here][None], None, dt[i, here][None])
        same(y[i, here], alone[0])
        same(last[i], state[0])


def test_a_masked_event_gives_the_last_output_again(cell):
    x, dt, mask = events(cell, 4, 15)
    mask[:, 0] = True
    y, _ = cell.sequence(x, None, dt, mask)
    for t in range(1, 15):
        same(y[~mask[:, t], t], y[~mask[:, t], t - 1])


def test_sequences_of_several_lengths_share_a_batch(cell):
    x, dt, _ = events(cell, 3, 9)
    lengths = torch.tensor([9, 4, 0])
    y, last = cell.sequence(x, None, dt, (torch.arange(9) < lengths[:, None]).to(x.device))
    for i, length in enumerate(lengths):
        alone, state = cell.sequence(x[i : i + 1, :length], None, dt[i : i + 1, :length])
        same(y[i, :length], alone[0])
        same(last[i], state[0])


def test_gradients_do_not_leak_from_masked_events(cell):
    x, dt, mask = events(cell, 2, 6)
    mask[:, 2] = False
    x.requires_grad_()
    y, last = cell.sequence(x, None, dt, mask)
    (y.square().sum() + last.square().sum()).backward()
    assert not x.grad[:, 2].any()
    assert x.grad[mask].any()


def test_padding_may_hold_anything(cell):
    x, dt, mask = events(cell, 2, 6)
    results = []
    for padding in (0.0, float('nan')):
        cell.zero_grad()
        padded = x.masked_fill(~mask.unsqueeze(2), padding), dt.masked_fill(~mask, padding)
        y, last = cell.sequence(padded[0], None, padded[1], mask)
        (y.sum() + last.sum()).backward()
        weights = [p.grad for p in cell.parameters() if p.grad is not None]
        results.append([y, last, *weights])
    for got, wanted in zip(*results, strict=True):
        same(got, wanted)


@pytest.mark.parametrize('batch', [3, 5, 8, 10])
def test_each_sample_has_its_own_dt_whatever_the_batch(cell, batch):
    x, dt, _ = events(cell, batch, 6)
    y, last = cell.sequence(x, None, dt)
    for i in range(batch):
        alone, state = cell.sequence(x[i : i + 1], None, dt[i : i + 1])
        same(y[i], alone[0])
        same(last[i], state[0])


@pytest.mark.parametrize('seconds', [0.0, 1e-9, 10.0])
def test_numbers_and_gradients_are_finite_at_any_dt(cell, seconds):
    x, dt, _ = events(cell, 2, 40)
    dt = torch.full_like(dt, seconds).requires_grad_()
    y, last = cell.sequence(x, None, dt)
    assert y.isfinite().all()
    assert y.abs().max() < 1e3
    (y.sum() + last.sum()).backward()
    gradients = [p.grad for p in (dt, *cell.parameters()) if p.grad is not None]
    assert gradients
    assert all(gradient.isfinite().all() for gradient in gradients)


def test_no_event_leaves_the_state_as_it_was(cell):
    state = some_state(cell, 3)
    x, dt, mask = events(cell, 3, 0)
    for given in (None, mask):
        y, after = cell.sequence(x, state, dt, given)
        assert y.shape == (3, 0, cell.outputs)
        assert torch.equal(after, state)


def test_one_event_is_a_step(cell):
    x, dt, _ = events(cell, 3, 1)
    state = some_state(cell, 3)
    y, after = cell.sequence(x, state, dt)
    y_step, after_step = cell.step(x[:, 0], state, dt[:, 0])
    same(y[:, 0], y_step)
    same(after, after_step)
    assert y.shape == (3, 1, cell.outputs)


@pytest.mark.parametrize('dtype', [torch.float64, torch.bfloat16])
@pytest.mark.parametrize('masked', [False, True])
def test_other_precisions_give_the_same_up_to_their_rounding(cell, dtype, masked):
    x, dt, mask = events(cell, 3, 6)
    mask = mask if masked else None
    wanted, wanted_last = cell.sequence(x, None, dt, mask)
    y, last = cell.to(dtype).sequence(x.to(dtype), None, dt.to(dtype), mask)
    tolerance = 0.1 if dtype == torch.bfloat16 else 1e-5
    for got, reference in ((y, wanted), (last, wanted_last)):
        assert got.dtype == dtype
        torch.testing.assert_close(got.float(), reference, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize('masked', [False, True])
def test_gradients_are_those_of_the_numbers(cell, masked):
    x, dt, mask = events(cell, 2, 3, torch.float64)
    state = some_state(cell, 2).double()
    cell.double()
    first = [value.detach()[..., :2].clone() for value in cell.parameters()]

    def run(x, state, dt, *first):
        weights = {
            name: torch.cat((part, value.detach()[..., 2:]), dim=-1)
            for part, (name, value) in zip(first, cell.named_parameters(), strict=True)
        }
        arguments = (x, state, dt, mask if masked else None)
        return torch.func.functional_call(cell, weights, arguments)

    inputs = [value.requires_grad_() for value in (x, state, dt, *first)]
    assert torch.autograd.gradcheck(run, inputs, fast_mode=True)


def test_functional_call_runs_with_the_weights_it_is_given(cell):
    torch.manual_seed(9)
    other = copy.deepcopy(cell)
    for parameter in other.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    x, dt, _ = events(cell, 2, 5)
    y, _ = torch.func.functional_call(cell, dict(other.named_parameters()), (x, None, dt))
    assert torch.equal(y, other.sequence(x, None, dt)[0])
    assert not torch.equal(y, cell.sequence(x, None, dt)[0])


def test_the_step_can_be_exported(cell):
    class Step(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = cell

        def forward(self, x, state, dt):
            return self.cell.step(x, state, dt)

    x, dt, _ = events(cell, 3, 2)
    state = some_state(cell, 3)
    batch = torch.export.Dim('batch', min=1, max=64)
    program = torch.export.export(
        Step().eval(), (x[:, 0], state, dt[:, 0]), dynamic_shapes=({0: batch},) * 3
    )
    for got, wanted in zip(
        program.module()(x[:2, 1], state[:2], dt[:2, 1]),
        cell.step(x[:2, 1], state[:2], dt[:2, 1]),
        strict=True,
    ):
        same(got, wanted)


@pytest.mark.parametrize('assign', [False, True])
def test_a_cell_is_saved_and_loaded_without_pickle(cell, assign, tmp_path):
    save_file(cell.state_dict(), tmp_path / 'weights.safetensors')
    fresh = copy.deepcopy(cell)
    for parameter in fresh.parameters():
        torch.nn.init.normal_(parameter)
    device = next(cell.parameters()).device
    saved = load_file(tmp_path / 'weights.safetensors', str(device))
    fresh.load_state_dict(saved, assign=assign)
    x, dt, _ = events(cell, 2, 5)
    assert torch.equal(fresh.sequence(x, None, dt)[0], cell.sequence(x, None, dt)[0])


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'x': torch.zeros(2, 4, INPUTS + 1)}, r'x is \[2, 4, 5\], wanted \[batch, time, 4\]'),
        ({'state': torch.zeros(2, 99)}, r'state is \[2, 99\], wanted \[2, '),
        ({'dt': torch.ones(2, 5)}, r'dt is \[2, 5\], but x has \[batch, time\] = \[2, 4\]'),
        ({'mask': torch.ones(4, 2, dtype=torch.bool)}, r'mask is \[4, 2\], but x has'),
        ({'mask': torch.ones(2, 4)}, r'mask is torch.float32, wanted torch.bool'),
    ],
)
def test_a_wrong_shape_is_one_clear_error(cell, change, message):
    with pytest.raises(ValueError, match=message):
        cell.cpu().sequence(**({'x': torch.zeros(2, 4, INPUTS)} | change))
