"""The score of the BARN challenge."""

import pytest

from liquid_control_sim.evaluation.barn import barn_metric


@pytest.mark.parametrize(
    ('time_s', 'score'),
    [(1.0, 0.5), (10.0, 0.5), (20.0, 0.25), (40.0, 0.125), (90.0, 0.125)],
)
def test_it_falls_with_the_time_between_two_and_eight_optimal_times(time_s, score):
    assert barn_metric(True, time_s, optimal_length=10.0) == pytest.approx(score)


def test_a_failure_scores_nothing():
    assert barn_metric(False, 5.0, optimal_length=10.0) == 0.0
