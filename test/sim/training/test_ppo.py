"""Fine-tuning by trial: it learns from what was driven, as it was driven, and drives better.

The task is the simplest there is: the reward is metres driven, the policy wants to stand still.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch

from liquid_control.policy import LtcSpec, OdometrySpec, Policy, PolicySpec, save_bundle
from liquid_control.policy.networks import FullyConnectedSpec
from liquid_control_sim.scenario import scenario
from liquid_control_sim.training.config import DrivesConfig, PpoConfig, TrainConfig
from liquid_control_sim.training.experience import Trials, drive_group
from liquid_control_sim.training.ppo import Ppo
from liquid_control_sim.training.privileged import FACTS

SPEC = PolicySpec(
    sensors={'odometry': OdometrySpec(features=2)},
    network=LtcSpec(FullyConnectedSpec(neurons=4), unfolds=1),
    time_scale=3.0,
)
PPO = PpoConfig(
    seconds=3.0,
    std=0.3,
    epochs=4,
    kl_limit=0.1,
    lanes=4,
    window=24,
    learning_rate=0.02,
    anchor=0.0,
)
DRIVE_ON = scenario(
    world={'type': 'arena', 'obstacles': (0, 0), 'distractors': 0, 'start_clearance': 2.5},
    task='cruise',
    sensors={'lidar': None, 'camera': None, 'imu': None},
)


@pytest.fixture
def policy():
    torch.manual_seed(0)
    return Policy(SPEC)


@pytest.fixture
def tried(tmp_path):
    """Makes trials of a policy on worlds of these seeds."""

    def make(policy, seeds, std=(0.3, 0.3), ppo=PPO, config=DRIVE_ON):
        save_bundle(policy, tmp_path / 'driver', {})
        train = TrainConfig(SPEC, drives=[DrivesConfig(config)])
        return drive_group(Trials(train, ppo, 0, tmp_path / 'driver', seeds, std))

    return make


def punctual(config):
    """Messages arrive in the order of their stamps."""
    odometry = config.sensors.odometry
    clock = replace(odometry.clock, jitter=0.0)
    return replace(
        config, sensors=replace(config.sensors, odometry=replace(odometry, clock=clock))
    )


def test_a_trial_accounts_for_all_of_its_time(policy, tried):
    for trial in tried(policy, range(3)):
        assert trial.lengths.sum() == pytest.approx(PPO.seconds, abs=0.2)
        assert (trial.lengths[:-1] >= PPO.decision).all()
        np.testing.assert_allclose(trial.gaps[1:], trial.lengths[:-1], rtol=1e-6)
        assert trial.facts.shape == (len(trial.rewards) + 1, FACTS)
        assert np.isfinite(trial.facts).all()
        assert not trial.terminated


def test_a_reward_counts_from_the_decision_before_it(policy, tried):
    """Undiscounted, the rewards of the decisions are all that was gained."""
    ppo = replace(PPO, gamma=1.0 - 1e-9)
    (trial,) = tried(policy, [1], ppo=ppo)
    assert trial.rewards.sum() == pytest.approx(trial.gain, abs=1e-6)
    (faded,) = tried(policy, [1], ppo=replace(PPO, gamma=1e-6))
    assert abs(faded.rewards).sum() < 0.7 * abs(trial.rewards).sum()


def test_trials_are_the_same_again_and_others_with_other_seeds(policy, tried):
    once, again, other = tried(policy, [5]), tried(policy, [5]), tried(policy, [6])
    np.testing.assert_array_equal(once[0].noise, again[0].noise)
    np.testing.assert_array_equal(once[0].facts, again[0].facts)
    assert not np.array_equal(once[0].noise, other[0].noise)


def test_what_the_policy_wanted_on_the_way_is_what_it_is_judged_by(policy, tried):
    """The facts hold the mean that was driven; the lesson's comes from windows of the events."""
    ppo = Ppo(policy, PPO)
    lessons = ppo.judge(tried(policy, range(5), config=punctual(DRIVE_ON)))
    for lesson in lessons:
        driven = lesson.trial.facts[:-1, -4:-2]
        np.testing.assert_allclose(lesson.wanted.numpy(), driven, atol=1e-5)
        np.testing.assert_allclose(lesson.anchor, lesson.wanted)


def test_a_policy_that_has_not_changed_has_no_divergence(policy, tried):
    ppo = Ppo(policy, replace(PPO, learning_rate=1e-12, epochs=1))
    figures = ppo.improve(ppo.judge(tried(policy, range(5))), np.random.default_rng(0))
    assert figures['kl'] == pytest.approx(0.0, abs=1e-6)
    assert figures['clipped'] == 0.0
    assert figures['drift'] == pytest.approx(0.0, abs=1e-5)


def test_a_policy_that_moves_too_far_is_stopped(policy, tried):
    ppo = Ppo(policy, replace(PPO, learning_rate=0.2, kl_limit=0.01, epochs=50))
    figures = ppo.improve(ppo.judge(tried(policy, range(4))), np.random.default_rng(0))
    assert figures['kl'] > 0.01
    assert figures['passes'] < 50


def test_the_anchor_holds_the_policy_where_it_was(policy, tried):
    trials, drift = tried(policy, range(4)), {}
    for weight in (0.0, 300.0):
        torch.manual_seed(0)
        ppo = Ppo(Policy(SPEC), replace(PPO, anchor=weight))
        lessons = ppo.judge(trials)
        for number in range(5):
            figures = ppo.improve(lessons, np.random.default_rng(number))
        drift[weight] = figures['drift']
    assert drift[300.0] < 0.3 * drift[0.0], drift


def test_a_few_trials_teach_the_policy_to_drive_on(policy, tried):
    ppo, gains = Ppo(policy, PPO), []
    for number in range(8):
        std = tuple(ppo.exploration.std.tolist())
        trials = tried(policy, range(8 * number, 8 * number + 8), std)
        gains.append(np.mean([trial.gain for trial in trials]))
        lessons = ppo.judge(trials)
        rng = np.random.default_rng(number)
        ppo.fit_critic(lessons, rng)
        ppo.improve(lessons, rng)
    assert gains[-1] > gains[0] + 0.7, gains


def test_the_critic_learns_what_moments_are_worth(policy, tried):
    ppo, trials, explained = Ppo(policy, PPO), tried(policy, range(8)), []
    for number in range(6):
        rng = np.random.default_rng(number)
        explained.append(ppo.fit_critic(ppo.judge(trials), rng)['explained_variance'])
    assert explained[-1] > max(explained[0], 0.0) + 0.2, explained
