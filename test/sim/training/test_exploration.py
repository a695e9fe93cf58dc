"""Noise that holds together over irregular time, and how likely it was."""

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from liquid_control_sim.training.exploration import Exploration, Noise

CORRELATION = 0.3
STD = np.array([0.2, 0.5])


def walks(gaps, count=4000):
    """[count, len(gaps), 2]."""
    rng = np.random.default_rng(0)
    noises = [Noise(STD, CORRELATION, rng) for _ in range(count)]
    return np.array([[noise.after(gap) for gap in gaps] for noise in noises])


def likelihood(exploration, noise, gaps):
    noise = torch.as_tensor(noise)
    before = torch.cat((torch.zeros(1, 2, dtype=noise.dtype), noise[:-1]))
    return exploration.log_density(noise, before, torch.as_tensor(gaps, dtype=noise.dtype))


@pytest.mark.parametrize('gaps', [[np.inf, 0.2], [np.inf, 0.005, 0.1, 0.095]])
def test_noise_forgets_with_time_however_often_it_is_drawn(gaps):
    drawn = walks(gaps)
    np.testing.assert_allclose(drawn.std(0), np.broadcast_to(STD, (len(gaps), 2)), rtol=0.05)
    for motor in range(2):
        kept = np.corrcoef(drawn[:, 0, motor], drawn[:, -1, motor])[0, 1]
        assert kept == pytest.approx(np.exp(-0.2 / CORRELATION), abs=0.04)


def test_density_of_a_path_is_that_of_the_process_at_its_times():
    """All at once: a Gaussian whose covariance is std^2 exp(-|t_i - t_j| / correlation)."""
    exploration = Exploration(0.25, CORRELATION).double()
    gaps = np.array([np.inf, 0.005, 0.3, 0.1, 0.02])
    times = np.array([0.0, 0.005, 0.305, 0.405, 0.425])
    path = np.random.default_rng(1).normal(0.0, 0.2, (5, 2))
    covariance = 0.25**2 * np.exp(-np.abs(times[:, None] - times) / CORRELATION)
    expected = sum(multivariate_normal.logpdf(path[:, i], cov=covariance) for i in range(2))
    assert likelihood(exploration, path, gaps).sum().item() == pytest.approx(expected)


def test_density_integrates_to_one():
    exploration = Exploration(0.2, CORRELATION).double()
    axis = torch.linspace(-1.5, 1.5, 301, dtype=torch.double)
    places = torch.cartesian_prod(axis, axis)
    before = torch.tensor([[0.3, -0.1]], dtype=torch.double).expand(len(places), 2)
    density = exploration.log_density(places, before, torch.full((len(places),), 0.15)).exp()
    assert density.sum().item() * 0.01**2 == pytest.approx(1.0, abs=1e-6)


def test_ratios_weigh_what_was_drawn_to_the_law_of_another_policy():
    """Of paths drawn under one mean, ratio-weighted, the average is that of the other mean."""
    gaps, shift = np.array([np.inf, 0.1, 0.25]), np.array([0.05, -0.1])
    exploration = Exploration(1.0, CORRELATION).double()
    exploration.log_std.data = torch.log(torch.tensor(STD))
    drawn = walks(gaps, 8000)

    def densities(noise):
        before = np.concatenate((np.zeros_like(noise[:, :1]), noise[:, :-1]), 1)
        flat = [torch.tensor(array.reshape(-1, 2)) for array in (noise, before)]
        dt = torch.tensor(np.tile(gaps, len(noise)))
        return exploration.log_density(*flat, dt).detach().numpy().reshape(-1, 3).sum(1)

    ratio = np.exp(densities(drawn - shift) - densities(drawn))
    assert ratio.mean() == pytest.approx(1.0, abs=0.02)
    np.testing.assert_allclose((ratio[:, None] * drawn[:, -1]).mean(0), shift, atol=0.02)


def test_density_has_the_gradients_of_a_gaussian():
    """d log p / d n = -z / s and d log p / d log std = z^2 - 1, with n = rho before + s z."""
    exploration = Exploration(0.2, CORRELATION).double()
    rng = np.random.default_rng(2)
    noise, before = torch.tensor(rng.normal(0.0, 0.2, (2, 4, 2)))
    noise.requires_grad_()
    dt = torch.tensor([np.inf, 0.1, 0.02, 0.7], dtype=torch.double)
    exploration.log_density(noise, before, dt).sum().backward()
    rho = np.exp(-dt.numpy() / CORRELATION)[:, None]
    spread = 0.2 * np.sqrt(1.0 - rho**2)
    z = (noise.detach().numpy() - rho * before.numpy()) / spread
    np.testing.assert_allclose(noise.grad, -z / spread, rtol=1e-6)
    np.testing.assert_allclose(exploration.log_std.grad, (z**2 - 1.0).sum(0), rtol=1e-6)
