"""One step is a fixed time, and shows what has arrived by its end."""

import gymnasium
import numpy as np
import pytest
from gymnasium.wrappers import FlattenObservation

from liquid_control_sim.envs import SyncDriveEnv
from liquid_control_sim.envs.observation import sensors_of
from liquid_control_sim.simulation import Simulation

STAND = np.zeros(2, np.float32)
AHEAD = np.array([0.5, 0.2], np.float32)


@pytest.mark.parametrize('rate', [7.0, 20.0, 1000.0])
def test_a_step_lasts_exactly_one_period(rate):
    env = SyncDriveEnv(rate=rate, sensors={'camera': None, 'lidar': None})
    env.reset(seed=1)
    begin = env.drive.simulation.now_ns
    for step in range(1, 40):
        env.step(STAND)
        assert env.drive.simulation.now_ns == begin + round(step * 1e9 / rate)


def test_values_and_ages_are_those_of_the_last_messages():
    env = SyncDriveEnv(rate=10.0)
    env.reset(seed=2)
    alone = Simulation(env.config, 2)
    heard = {}
    for _ in range(15):
        observation, *_ = env.step(STAND)
        now_ns = env.drive.simulation.now_ns
        heard |= {m.event.sensor: m.event for m in alone.run_until(now_ns)}
        for index, name in enumerate(sensors_of(env.config)):
            if name not in heard:
                assert observation['ages'][index] == 10.0
                continue
            age = (now_ns - heard[name].stamp_ns) * 1e-9
            assert observation['ages'][index] == pytest.approx(age, abs=1e-6)
            value = heard[name].value
            if name == 'lidar':
                value = np.clip(value, 0.0, env.config.sensors.lidar.range_max)
            assert np.array_equal(observation[name], value)
    assert set(heard) == set(sensors_of(env.config))


def test_the_command_is_limited_as_on_the_robot():
    env = SyncDriveEnv(rate=20.0, sensors={'camera': None, 'lidar': None})
    env.reset(seed=3)
    begin = env.drive.simulation.elapsed
    for step in range(3):
        env.step(np.ones(2, np.float32))
        assert env.drive.command[0] == pytest.approx(2.0 * (begin + step / 20.0))


def test_it_flattens_for_learners_of_vectors():
    env = gymnasium.make('liquid_control_sim:SyncDrive-v0', sensors={'camera': None})
    flat = FlattenObservation(env)
    observation, _ = flat.reset(seed=1)
    assert observation.shape == (3 + 720 + 6 + 2,)
    assert flat.observation_space.contains(flat.step(AHEAD)[0])


def test_a_rate_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match='rate is 0'):
        SyncDriveEnv(rate=0.0)
