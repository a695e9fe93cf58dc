"""What a decision was worth, over irregular time.

Time between decisions is what it is, so discounts are per second (semi-Markov decision processes:
Bradtke & Duff, 'Reinforcement Learning Methods for Continuous-Time Markov Decision Problems', NIPS
1994). With the time dt_k from decision k to the next, the generalised advantage (Schulman et al.,
ICLR 2016) becomes

    delta_k = r_k + gamma^dt_k V_{k+1} - V_k
    A_k     = delta_k + (gamma lambda)^dt_k A_{k+1}

so a step that is cut into two, where nothing happens between, has the same advantage as the whole.
"""

import numpy as np


def advantages(
    rewards: np.ndarray,
    lengths: np.ndarray,
    values: np.ndarray,
    terminated: bool,
    gamma: float,
    gae_lambda: float,
) -> np.ndarray:
    """How much better each of an episode's K decisions was than its value: [K] float64.

    rewards: [K], of each step, discounted to its beginning. lengths: [K] seconds of each step.
    values: [K + 1], the last one where the episode ended: worth nothing if it terminated there;
        one that was cut off would have gone on to earn it.
    gamma, gae_lambda: per second.
    """
    later = values[1:].astype(float)
    if terminated:
        later[-1] = 0.0
    deltas = rewards + gamma**lengths * later - values[:-1]
    fading = (gamma * gae_lambda) ** lengths
    result = np.zeros(len(rewards))
    ahead = 0.0
    for k in reversed(range(len(rewards))):
        ahead = result[k] = deltas[k] + fading[k] * ahead
    return result
