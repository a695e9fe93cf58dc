"""A captured function says what the function says, call after call."""

from functools import partial

import pytest
import torch

from liquid_control.liquid import LTC, AutoNCP
from liquid_control.policy.graph import CapturedFunction

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason='no CUDA device here')


def step_of(ltc):
    with torch.no_grad():
        return partial(ltc.step, frozen=ltc.freeze())


def inputs(ltc, batch):
    x, state, dt = torch.randn(batch, 3), torch.randn(batch, ltc.state_size), torch.rand(batch)
    return [value.to(ltc.cm) for value in (x, state, dt)]


@needs_cuda
@pytest.mark.parametrize(
    ('solver', 'max_step'), [('semi_implicit', None), ('exponential_midpoint', 0.1)]
)
def test_captured_steps_follow_every_input(solver, max_step):
    torch.manual_seed(0)
    ltc = LTC(3, AutoNCP(12, 2), solver, max_step=max_step).cuda()
    step = step_of(ltc)
    captured = CapturedFunction(step, *inputs(ltc, 1))
    state, expected_state = (torch.zeros(1, 12, device='cuda') for _ in range(2))
    for _ in range(5):
        x, _, dt = inputs(ltc, 1)
        y, state = captured(x, state, dt)
        expected, expected_state = step(x, expected_state, dt)
        torch.testing.assert_close((y, state), (expected, expected_state), atol=1e-5, rtol=1e-5)


@needs_cuda
def test_inputs_may_come_from_the_cpu():
    captured = CapturedFunction(lambda x: 2 * x, torch.zeros(2, device='cuda'))
    assert captured(torch.tensor([1.0, 2.0])).tolist() == [2.0, 4.0]


@needs_cuda
@pytest.mark.parametrize('wrong', [torch.zeros(1), torch.zeros(2, dtype=torch.float64)])
def test_an_input_that_would_be_bent_into_shape_is_an_error(wrong):
    captured = CapturedFunction(lambda x: 2 * x, torch.zeros(2, device='cuda'))
    with pytest.raises(ValueError, match=r'but torch.float32 \[2\] was captured'):
        captured(wrong)


def test_nothing_is_captured_on_the_cpu():
    with pytest.raises(ValueError, match='example 0 is on cpu, wanted a CUDA device'):
        CapturedFunction(lambda x: x, torch.zeros(1))
