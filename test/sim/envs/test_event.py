"""The environment keeps Gymnasium's rules, and one step is one message."""

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from liquid_control.schema import ConfigError
from liquid_control_sim.envs import DriveEnv
from liquid_control_sim.planners import BeaconExpert
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import SENSORS

STAND = np.zeros(2, np.float32)
AHEAD = np.array([1.0, 0.0], np.float32)
NO_CAMERA = {'camera': None}


@pytest.fixture
def env():
    return gymnasium.make('liquid_control_sim:Drive-v0', sensors=NO_CAMERA).unwrapped


@pytest.mark.parametrize('name', ['Drive-v0', 'SyncDrive-v0'])
@pytest.mark.parametrize(
    'layers',
    [
        {},
        {'task': 'goal', 'robot': 'turtlebot3', 'world': {'type': 'arena'}},
        {'task': 'cruise', 'robot': 'turtlebot4', 'sensors': NO_CAMERA},
        {'task': 'goal', 'sensors': {'camera': None, 'odometry': None}},
        {'task': 'beacon', 'robot': 'turtlebot4', 'sensors': {'imu': None, 'lidar': None}},
        {'task': 'goal', 'sensors': {'camera': None, 'imu': None, 'lidar': None}},
    ],
)
def test_the_checker_has_nothing_to_say(name, layers):
    env = gymnasium.make(f'liquid_control_sim:{name}', **layers).unwrapped
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        check_env(env, skip_render_check=True)


def test_a_step_is_the_next_message():
    env = DriveEnv()
    observation, info = env.reset(seed=3)
    for _ in range(60):
        message = info['message']
        name = SENSORS[observation['sensor']]
        assert name == message.event.sensor
        assert observation['stamp'][0] == pytest.approx(message.measured_s, abs=1e-6)
        held = np.clip(message.event.value, 0, 10) if name == 'lidar' else message.event.value
        assert np.array_equal(observation[name], held)
        latency = (message.delivered_ns - message.event.stamp_ns) * 1e-9
        assert observation['ages'][observation['sensor']] == pytest.approx(latency, abs=1e-6)
        before = observation['stamp'][0]
        observation, *_, info = env.step(STAND)
        assert observation['dt'][0] == pytest.approx(observation['stamp'][0] - before, abs=1e-6)
        assert env.observation_space.contains(observation)


def test_the_command_is_limited_in_acceleration(env):
    env.reset(seed=3)
    while env.drive.simulation.elapsed < 0.2:
        env.step(AHEAD)
    assert 0.1 < env.drive.simulation.twist[0] < 2.0 * 0.2


def test_a_collision_ends_the_episode_and_costs(env):
    env.reset(seed=3)
    terminated, rewards = False, []
    while not terminated:
        _, reward, terminated, truncated, info = env.step(AHEAD)
        rewards.append(reward)
        assert not truncated
    assert info['collisions'] == 1
    assert not info['success']
    assert rewards[-1] < -9.0


def test_the_expert_earns_the_way_and_the_bonus():
    env = DriveEnv(task={'type': 'beacon', 'mode': 'single'}, sensors={'lidar': None})
    _, info = env.reset(seed=3)
    expert = BeaconExpert(env.drive.simulation)
    limits = np.array(env.config.limits.max_velocity)
    total, terminated = 0.0, False
    while not terminated:
        expert.observe(info['message'])
        _, reward, terminated, truncated, info = env.step(expert.act() / limits)
        total += reward
        assert not truncated
    assert info['success']
    assert 10.0 < total < 10.0 + 15.0


def test_without_a_target_the_metres_count():
    env = DriveEnv(task='cruise', sensors=NO_CAMERA)
    _, info = env.reset(seed=3)
    total, begin = 0.0, env.drive.simulation.elapsed
    for _ in range(100):
        _, reward, *_, info = env.step(0.5 * AHEAD)
        total += reward
    spent = env.drive.simulation.elapsed - begin
    assert info['distance_m'] > 0.2
    assert total == pytest.approx(info['distance_m'] - 0.1 * spent, abs=0.01)


def test_the_timeout_truncates():
    config = scenario(task={'type': 'beacon', 'timeout': 0.5}, sensors=NO_CAMERA)
    env = gymnasium.make('liquid_control_sim:Drive-v0', config=config)
    env.reset(seed=0)
    terminated = truncated = False
    while not truncated:
        *_, terminated, truncated, _ = env.step(STAND)
    assert not terminated
    assert env.unwrapped.drive.simulation.elapsed >= 0.5


def test_one_seed_gives_one_run_of_episodes(env):
    def bits() -> list[bytes]:
        seen = [env.reset(seed=9)[0], env.reset()[0]]
        seen += [env.step(AHEAD)[0] for _ in range(30)]
        return [value.tobytes() for o in seen for key, value in o.items() if key != 'sensor']

    assert bits() == bits()


def test_a_scenario_is_given_whole_or_in_layers():
    with pytest.raises(ValueError, match='config is given, and world besides'):
        DriveEnv(scenario(), world='arena')
    with pytest.raises(ConfigError, match='task'):
        DriveEnv(task='fly')
