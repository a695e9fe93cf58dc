import pytest

from liquid_control_sim.ros.pacing import Pacer, Rhythm

SECOND = 1_000_000_000
MS = 1_000_000


@pytest.mark.parametrize('factor', [0.5, 1.0, 4.0])
def test_simulation_runs_at_the_asked_pace(factor):
    pacer = Pacer(factor, sim_ns=SECOND, wall_ns=0)
    now_ns = SECOND
    for wall_ns in range(0, SECOND + 1, 10 * MS):
        now_ns = pacer.due_ns(wall_ns, now_ns)
    assert now_ns == SECOND + factor * SECOND


def test_a_stall_is_not_made_up_for():
    pacer = Pacer(1.0, sim_ns=0, wall_ns=0, patience=0.05)
    before = pacer.due_ns(100 * MS, 90 * MS)
    after = pacer.due_ns(2100 * MS, before)
    assert after - before == 50 * MS
    assert pacer.due_ns(2110 * MS, after) - after == 10 * MS


def test_time_never_goes_back():
    pacer = Pacer(1.0, sim_ns=0, wall_ns=0)
    assert pacer.due_ns(10 * MS, now_ns=12 * MS) == 12 * MS


def test_a_rhythm_keeps_its_rate_when_asked_at_odd_times():
    rhythm = Rhythm(50.0)
    beats = sum(rhythm.due(now_ns) for now_ns in range(0, SECOND, 7 * MS))
    assert beats == 50
