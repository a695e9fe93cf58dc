"""Synapses as they were learned."""

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus

from liquid_control_sim.inspection.wiring import bundles, strengths


def test_a_synapse_is_as_strong_as_its_weight_and_raises_what_lies_below_its_potential(
    policy, seen
):
    strong, ltc = strengths(policy, seen), policy.core
    usual = np.median(seen.states, axis=0)
    for edge in (0, 7, 100):
        source, target = int(ltc.recurrent.source[edge]), int(ltc.recurrent.target[edge])
        w = strong.recurrent[source, target]
        assert abs(w) == pytest.approx(float(softplus(ltc.recurrent.w[edge].detach())))
        assert (w > 0) == (float(ltc.recurrent.erev[edge].detach()) > usual[target])


def test_a_potential_that_crosses_its_targets_turns_the_synapse(policy, seen):
    states = seen.states.copy()
    before = strengths(policy, seen)
    with torch.no_grad():
        above = policy.core.recurrent.erev.max() + policy.core.sensory.erev.max() + 1.0
    states[:, 0] = float(above)
    after = strengths(policy, seen._replace(states=states))
    assert (before.recurrent[:, 0] > 0).any()
    assert not (after.recurrent[:, 0] > 0).any()
    assert after.turned != before.turned


def test_every_synapse_is_in_one_bundle(policy, seen):
    found = bundles(policy, strengths(policy, seen))
    assert sum(one.synapses for one in found) == policy.core.wiring.synapses
    assert {one.source for one in found} == {*policy.parts, 'inter', 'command'}
    assert all(0.0 <= one.excitatory <= 1.0 and one.w > 0.0 for one in found)
