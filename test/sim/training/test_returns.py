"""Returns over irregular time: what counts is when a thing happens, not in how many steps."""

import numpy as np
import pytest

from liquid_control_sim.training.returns import advantages

GAMMA, LAMBDA = 0.9, 0.5
LENGTHS = np.array([0.1, 0.35, 0.02, 0.6])
REWARDS = np.array([1.0, -2.0, 0.5, 3.0])
VALUES = np.array([2.0, 1.0, -1.0, 0.5, 4.0])


def judged(rewards=REWARDS, lengths=LENGTHS, values=VALUES, gae_lambda=LAMBDA, terminated=False):
    return advantages(rewards, lengths, values, terminated, GAMMA, gae_lambda)


def test_with_full_trust_in_what_happened_it_is_the_discounted_return():
    begins = np.array([0.0, 0.1, 0.45, 0.47])
    paid = (REWARDS * GAMMA**begins).sum()
    expected = paid + GAMMA**1.07 * VALUES[-1] - VALUES[0]
    assert judged(gae_lambda=1.0)[0] == pytest.approx(expected)


def test_with_no_trust_in_what_happened_it_is_the_error_of_one_step():
    expected = REWARDS + GAMMA**LENGTHS * VALUES[1:] - VALUES[:-1]
    np.testing.assert_allclose(judged(gae_lambda=1e-300), expected, atol=1e-4)


def test_on_a_regular_clock_it_is_the_usual_advantage():
    lengths = np.full(4, 0.25)
    gamma, fading = GAMMA**0.25, (GAMMA * LAMBDA) ** 0.25
    deltas = REWARDS + gamma * VALUES[1:] - VALUES[:-1]
    expected = [sum(fading**j * deltas[k + j] for j in range(4 - k)) for k in range(4)]
    np.testing.assert_allclose(judged(lengths=lengths), expected)


def test_a_step_cut_in_two_is_worth_the_same():
    """Nothing happens at the cut: no reward, and a value that only waits for what comes."""
    waits = GAMMA**0.25 * VALUES[2]
    cut = judged(
        rewards=np.insert(REWARDS, 2, 0.0),
        lengths=np.array([0.1, 0.1, 0.25, 0.02, 0.6]),
        values=np.insert(VALUES, 2, waits),
    )
    np.testing.assert_allclose(np.delete(cut, 2), judged())


def test_an_end_is_worth_nothing_and_a_cut_goes_on():
    cut, ended = judged(terminated=False), judged(terminated=True)
    assert cut[-1] - ended[-1] == pytest.approx(GAMMA**0.6 * VALUES[-1])
    np.testing.assert_allclose(ended, judged(values=np.append(VALUES[:-1], 0.0)))


def test_what_it_is_given_stays_as_it_is():
    values = VALUES.copy()
    judged(values=values, terminated=True)
    np.testing.assert_array_equal(values, VALUES)
