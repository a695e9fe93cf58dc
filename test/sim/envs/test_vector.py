"""Many environments are the single ones, bit by bit, however many processes step them."""

from functools import partial

import gymnasium
import numpy as np
import pytest

from liquid_control_sim.envs import DriveEnv, DriveVectorEnv, SyncDriveEnv

ENVS, STEPS, SEED = 3, 60, 11
LAYERS = {
    'robot': {'type': 'jackal', 'variation': {'payload': [0.0, 5.0], 'delay': [0.0, 0.05]}},
    'task': {'type': 'beacon', 'timeout': 0.35},
    'sensors': {'camera': {'width': 16, 'height': 12}},
}


def actions() -> np.ndarray:
    return np.random.default_rng(0).uniform(-1.0, 1.0, (STEPS, ENVS, 2)).astype(np.float32)


def singles() -> tuple[list, list, list]:
    """Observations, rewards and ends of environments that are stepped one by one."""
    envs = [DriveEnv(**LAYERS) for _ in range(ENVS)]
    observations = [[env.reset(seed=SEED + i)[0] for i, env in enumerate(envs)]]
    rewards, ends = [], []
    for now in actions():
        results = [env.step(action) for env, action in zip(envs, now, strict=True)]
        ended = [terminated or truncated for _, _, terminated, truncated, _ in results]
        rewards.append([reward for _, reward, *_ in results])
        ends.append(ended)
        observations.append(
            [
                env.reset()[0] if end else result[0]
                for env, result, end in zip(envs, results, ended, strict=True)
            ]
        )
    return observations, rewards, ends


def stepped(env: DriveVectorEnv) -> tuple[list, list, list]:
    """The same of environments that are stepped together."""
    observations, rewards, ends = [env.reset(seed=SEED)[0]], [], []
    for now in actions():
        observation, reward, terminated, truncated, _ = env.step(now)
        observations.append(observation)
        rewards.append(reward.tolist())
        ends.append((terminated | truncated).tolist())
    unpacked = [
        [{name: values[i] for name, values in seen.items()} for i in range(ENVS)]
        for seen in observations
    ]
    return unpacked, rewards, ends


@pytest.fixture(scope='module')
def one_by_one():
    return singles()


@pytest.fixture(scope='module', params=[1, 2])
def workers_env(request):
    env = DriveVectorEnv(partial(DriveEnv, **LAYERS), ENVS, workers=request.param)
    yield env
    env.close()


def test_the_bits_are_those_of_single_environments(one_by_one, workers_env):
    observations, rewards, ends = stepped(workers_env)
    assert rewards == one_by_one[1]
    assert ends == one_by_one[2]
    assert np.sum(ends) >= ENVS  # some have ended and begun anew
    for seen, wanted in zip(observations, one_by_one[0], strict=True):
        for own, other in zip(seen, wanted, strict=True):
            assert own.keys() == other.keys()
            for name, value in own.items():
                assert np.array_equal(value, other[name]), name


def test_an_error_of_one_environment_is_raised_whoever_steps_it(workers_env):
    with pytest.raises((gymnasium.error.Error, RuntimeError), match=r'a worker has ended|integer'):
        workers_env.reset(seed=[1, 2, 'three'])


def test_an_episode_that_ends_shows_its_end_in_the_infos():
    env = DriveVectorEnv(partial(SyncDriveEnv, rate=10.0, **LAYERS), 2, workers=1)
    _, infos = env.reset(seed=[5, 6])
    assert infos['pose'].shape == (2, 3)
    assert 'message' not in infos
    ended = np.zeros(2, bool)
    while not ended.any():
        observation, _, terminated, truncated, infos = env.step(np.zeros((2, 2), np.float32))
        ended = terminated | truncated
    final = infos['final_info']
    assert final['_distance_m'].tolist() == ended.tolist()
    assert 'message' not in final
    first = int(ended.argmax())
    assert env.single_observation_space.contains(infos['final_obs'][first])
    assert not np.array_equal(infos['final_obs'][first]['lidar'], observation['lidar'][first])


@pytest.mark.parametrize('name', ['Drive-v0', 'SyncDrive-v0'])
def test_gymnasium_makes_it(name):
    env = gymnasium.make_vec(
        f'liquid_control_sim:{name}', num_envs=2, workers=1, sensors={'camera': None}
    )
    assert isinstance(env, DriveVectorEnv)
    assert env.metadata['autoreset_mode'] == gymnasium.vector.AutoresetMode.SAME_STEP
    observation, _ = env.reset(seed=1)
    assert env.observation_space.contains(observation)
    assert env.observation_space.contains(env.step(env.action_space.sample())[0])


def test_what_is_shown_stays_as_it_was():
    env = DriveVectorEnv(partial(DriveEnv, sensors={'camera': None}), 2, workers=1)
    first, _ = env.reset(seed=1)
    stamps = first['stamp'].copy()
    for _ in range(5):
        env.step(np.zeros((2, 2), np.float32))
    assert np.array_equal(first['stamp'], stamps)


@pytest.mark.parametrize(
    ('arguments', 'error'), [({'num_envs': 0}, 'num_envs is 0'), ({'workers': 0}, 'workers 0')]
)
def test_counts_that_cannot_be_are_refused(arguments, error):
    with pytest.raises(ValueError, match=error):
        DriveVectorEnv(**{'make': DriveEnv, 'num_envs': 1, **arguments})


def test_wrong_numbers_of_actions_and_seeds_are_refused():
    env = DriveVectorEnv(partial(DriveEnv, sensors={'camera': None}), 2, workers=1)
    with pytest.raises(ValueError, match='seed has 3 numbers, wanted 2'):
        env.reset(seed=[1, 2, 3])
    env.reset(seed=1)
    with pytest.raises(ValueError, match=r'actions have shape \(2,\)'):
        env.step(np.zeros(2, np.float32))
