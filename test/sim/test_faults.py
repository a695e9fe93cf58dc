"""Every profile of faults fits every robot, and does what its name says."""

from itertools import takewhile

import numpy as np
import pytest

from liquid_control.schema import plain
from liquid_control.stream import Timeline
from liquid_control_sim.paths import share
from liquid_control_sim.scenario import Scenario, faults_known, scenario
from liquid_control_sim.sensors import START_NS, Clock, Message, Tick
from liquid_control_sim.simulation import Simulation

ROBOTS = sorted(path.stem for path in (share() / 'config/simulation/robots').glob('*.yaml'))
SENSORS = ('lidar', 'imu', 'camera', 'odometry')
PROMISED = {'nominal', 'jittery', 'lossy', 'slow_lidar', 'fog', 'night', 'dying_camera', 'storm'}
LONG_S = 200.0


def ticks(clock: Clock, seed: int = 0, until: float = LONG_S) -> list[Tick]:
    drawn = clock.ticks(np.random.default_rng(seed), START_NS)
    return list(takewhile(lambda tick: tick.measured_ns < START_NS + until * 1e9, drawn))


def heard(clock: Clock, seed: int = 0) -> np.ndarray:
    """When the messages that arrive were measured, seconds."""
    arrived = [t.measured_ns for t in ticks(clock, seed) if t.delivered_ns is not None]
    return (np.array(arrived) - START_NS) * 1e-9


def latency(clock: Clock) -> np.ndarray:
    """Seconds on the way."""
    return 1e-9 * np.array(
        [t.delivered_ns - t.measured_ns for t in ticks(clock) if t.delivered_ns is not None]
    )


def clocks(faults: str, robot: str = 'jackal') -> dict[str, Clock]:
    return scenario(faults=faults, robot=robot).sensors.clocks


def test_the_promised_profiles_are_there():
    assert set(faults_known()) >= PROMISED


@pytest.mark.parametrize('robot', ROBOTS)
@pytest.mark.parametrize('faults', faults_known())
def test_every_profile_fits_every_robot_and_changes_it(faults, robot):
    config = scenario(robot=robot, faults=faults)
    assert config.faults == faults
    well = plain(scenario(robot=robot))
    ill = {**plain(config), 'faults': 'nominal'}
    assert (ill == well) == (faults == 'nominal')


@pytest.mark.parametrize('faults', faults_known())
def test_a_sensor_that_is_not_there_is_not_there_with_faults_either(faults):
    config = scenario(faults=faults, sensors={'camera': None, 'lidar': None})
    assert set(config.sensors.clocks) == {'imu', 'odometry'}


def small(faults: str) -> Scenario:
    sensors = {'lidar': {'beams': 16}, 'camera': {'width': 8, 'height': 6}}
    return scenario(faults=faults, sensors=sensors)


@pytest.mark.parametrize('faults', faults_known())
def test_a_robot_drives_with_every_profile_and_event_time_takes_its_messages(faults):
    simulation, timeline = Simulation(small(faults), seed=4), Timeline()
    simulation.command(0.3, 0.4)
    messages: list[Message] = simulation.run_until(simulation.start_ns + 4_000_000_000)
    assert simulation.distance_m > 0.5
    for message in messages:
        timeline.add(message.event, message.delivered_ns)
    accepted = sum(counts['accepted'] for counts in timeline.counts.values())
    assert accepted > 0.9 * len(messages) > 100


def test_jittery_sensors_are_irregular():
    for name in SENSORS:
        gaps = {faults: np.diff(heard(clocks(faults)[name])) for faults in ('nominal', 'jittery')}
        unsteady = {faults: np.median(np.abs(g - np.median(g))) for faults, g in gaps.items()}
        assert unsteady['jittery'] > 3 * unsteady['nominal']


@pytest.mark.parametrize(
    ('faults', 'shortest', 'longest'), [('lossy', 0.0, 0.6), ('bursty', 1.0, 10.0)]
)
def test_lossy_sensors_lose_messages_one_by_one_and_bursty_ones_at_length(
    faults, shortest, longest
):
    for name, clock in clocks(faults).items():
        kept = len(heard(clock)) / len(heard(clocks('nominal')[name]))
        assert 0.65 < kept < 0.9
        assert shortest < np.diff(heard(clock)).max() < longest


@pytest.mark.parametrize('robot', ROBOTS)
def test_late_messages_are_late_and_stalled_ones_only_sometimes(robot):
    for name in SENSORS:
        usual = latency(clocks('nominal', robot)[name])
        late = latency(clocks('late', robot)[name])
        stalled = latency(clocks('stalling', robot)[name])
        assert np.mean(late) - np.mean(usual) > 0.004
        assert np.quantile(stalled, 0.8) < np.quantile(usual, 0.8) + 0.15
        assert stalled.max() > usual.max() + 0.3


@pytest.mark.parametrize('robot', ROBOTS)
def test_slow_sensors_become_slow(robot):
    def rates(faults: str, name: str) -> tuple[float, float]:
        times = heard(clocks(faults, robot)[name])
        return 1 / np.diff(times[times < 0.5]).mean(), 1 / np.diff(times[times > 10.0]).mean()

    assert rates('slow_lidar', 'lidar')[1] == pytest.approx(
        rates('nominal', 'lidar')[1] / 4, rel=0.05
    )
    assert rates('slow_lidar', 'imu') == rates('nominal', 'imu')
    for name in SENSORS:
        before, after = rates('slow_all', name)
        assert after == pytest.approx(rates('nominal', name)[1] / 3, rel=0.05)
        assert before > 2 * after


def test_drifting_clocks_are_off_by_milliseconds_and_each_by_its_own():
    for name, clock in clocks('drifting_clocks').items():
        first = [ticks(clock, seed, 1.0)[0] for seed in range(50)]
        off = 1e-9 * np.array([tick.stamp_ns - tick.measured_ns for tick in first])
        assert np.abs(off).max() < 0.022, name
        assert off.std() == pytest.approx(0.04 / np.sqrt(12), rel=0.3)


def test_the_dying_die_and_the_dead_are_dead():
    camera = heard(clocks('dying_camera')['camera'])
    assert 2.0 - 0.5 < camera[-1] < 12.0
    lidar = np.diff(heard(clocks('dying_lidar')['lidar']))
    assert 10 < (lidar > 0.5).sum() < 50
    assert lidar.max() < 2.8
    assert len(heard(clocks('dead_imu')['imu'])) == 0


@pytest.mark.parametrize(
    ('faults', 'field', 'low', 'high'),
    [
        ('slippery', 'friction', 0.1, 0.5),
        ('rain', 'friction', 0.4, 0.7),
        ('heavy', 'payload', 2.0, 8.0),
        ('laggy', 'delay', 0.08, 0.2),
        ('weak_motor', 'motor_gain', 0.75, 0.95),
    ],
)
def test_robots_differ_as_the_profile_says(faults, field, low, high):
    variation = scenario(faults=faults).robot.variation
    drawn = [getattr(variation.draw(np.random.default_rng(seed)), field) for seed in range(30)]
    assert low <= np.min(drawn) < np.max(drawn) <= high
