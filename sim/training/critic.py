"""What a moment is worth, judged with the simulation's knowledge.

The critic only trains, so it may see what the policy may not (asymmetric actor-critic: Pinto et
al., RSS 2018). It has no memory and needs none: it is shown where the target is.
"""

import numpy as np
import torch
from torch import Tensor, nn

from liquid_control_sim.envs.reward import AT_TARGET
from liquid_control_sim.training.privileged import FACTS

_BATCH = 256


class Critic(nn.Module):
    """An MLP on `facts`; values in units of the reward."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(FACTS, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1)
        )

    def forward(self, facts: Tensor) -> Tensor:
        """[k, FACTS] to values [k]."""
        return AT_TARGET * self.layers(facts).squeeze(-1)

    @torch.no_grad()
    def values(self, facts: np.ndarray) -> np.ndarray:
        """[k, FACTS] to values [k]."""
        return self(torch.from_numpy(facts)).numpy()


def fit(
    critic: Critic,
    optimizer: torch.optim.Optimizer,
    facts: np.ndarray,
    returns: np.ndarray,
    epochs: int,
    rng: np.random.Generator,
) -> float:
    """Bring the values of facts [k, FACTS] nearer to the returns [k]; the share of the returns'
    variance that the values had explained before.
    """
    left = np.var(returns - critic.values(facts))
    inputs, wanted = torch.from_numpy(facts), torch.from_numpy(returns.astype(np.float32))
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(facts)), max(len(facts) // _BATCH, 1)):
            loss = nn.functional.smooth_l1_loss(
                critic(inputs[rows]) / AT_TARGET, wanted[rows] / AT_TARGET
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return 1.0 - float(left / max(np.var(returns), 1e-9))
