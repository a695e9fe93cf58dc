"""What a training run is made of: the contents of config/train/*.yaml."""

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from liquid_control.policy import PolicySpec
from liquid_control.schema import Count, Positive, configured, validated
from liquid_control_sim.layers import read_layers
from liquid_control_sim.scenario import (
    ComposedScenario,
    Scenario,
    scenario,
    with_faults,
)
from liquid_control_sim.training.mirror import check_mirror
from liquid_control_sim.workers import Cluster

Natural = Annotated[int, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Discount = Annotated[float, Field(gt=0, lt=1)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@configured
class ImitationConfig:
    """DAgger (Ross et al., AISTATS 2011) with truncated backpropagation through time.

    In round 0 the expert drives first_episodes drives. In each later round `episodes` drives are
    driven by the expert or by the policy, drawn anew every mix_seconds: by the expert with
    probability expert_share[round - 1]; its last entry stands for all further rounds. The expert's
    word is recorded at every message, whoever drives.

    disturbance: probability that after a stretch chance drives for disturbance_seconds, so that
        how the robot moves does not tell what the expert wants (after DART, Laskey et al., CoRL
        2017).
    seconds: length of a drive; it ends sooner where it collides.
    epochs: passes over all drives recorded so far, after each round; the first one gets
        first_epochs. last_epochs: those of the last round, if more are wanted there; what comes
        out of them is the run's bundle, as validation tells less than so many passes do.
    mirror: share of the drives that a pass sees in a mirror, left for right. Only for a robot
        whose sensors are the same on both sides.
    thinning: share of the drives of which a pass misses messages, see `thinned`.
    lanes, window: drives trained on at once, and events that gradients go back through.
    learning_rate: at the start; falls by a cosine to a tenth over the whole run. The network
        learns core_rate times as fast as the encoders: a liquid one's weights are larger.
    warmup: batches over which the rates rise to that. Adam's first steps are as large as any,
        and can leave an encoder without one unit that ever fires.
    patience: a run ends when in so many rounds no policy was better than the best; None: never.
    """

    rounds: Count = 8
    first_episodes: Count = 160
    episodes: Count = 64
    seconds: Positive = 20.0
    expert_share: list[Fraction] = Field(default_factory=lambda: [0.5, 0.25, 0.0])
    mix_seconds: Positive = 2.0
    disturbance: Fraction = 0.4
    disturbance_seconds: Positive = 0.6
    first_epochs: Count = 8
    epochs: Count = 3
    last_epochs: Count | None = None
    mirror: Fraction = 0.0
    thinning: Fraction = 0.0
    lanes: Count = 32
    window: Count = 128
    learning_rate: Positive = 3e-3
    core_rate: Positive = 1.0
    warmup: Count = 1
    clip_norm: Positive = 1.0
    patience: Count | None = None


@configured
class PpoConfig:
    """Fine-tuning by trial: PPO (Schulman et al., 2017) over irregular time; seconds.

    In each of `rounds` rounds, `iterations` times: `drives` drives are tried, and learned from.
    They follow the rounds of imitation and begin with the best policy of those.

    bundle: if given, begin with this one, and imitate nobody.
    seconds: length of a drive; it ends sooner where its task does.
    gamma, gae_lambda: how much of what is one second ahead counts: 0.9 looks about ten seconds
        ahead.
    collision: its price; being at a target is worth 10, and so is a way of 10 m.
    decision: so far apart are decisions, at least. std, correlation: of the noise on top of them,
        raw actions and seconds; std is only where it begins.
    warmup: so many iterations at first train the critic alone.
    epochs: passes over an iteration's drives, fewer when the policy has moved by kl_limit (nats a
        decision). lanes, window: as in imitation. clip: of the ratio of the likelihoods.
    entropy: weight of the noise's entropy. anchor: weight of the squared distance of raw actions
        to those of the policy that PPO began with.
    """

    rounds: Count = 4
    iterations: Count = 8
    drives: Count = 24
    bundle: Path | None = None
    seconds: Positive = 16.0
    gamma: Discount = 0.9
    gae_lambda: Discount = 0.5
    collision: Positive = 10.0
    decision: Positive = 0.1
    std: Positive = 0.2
    correlation: Positive = 0.3
    warmup: Natural = 2
    epochs: Count = 3
    kl_limit: Positive = 0.02
    lanes: Count = 12
    window: Count = 128
    clip: Positive = 0.2
    entropy: Weight = 1e-3
    anchor: Weight = 0.1
    learning_rate: Positive = 2e-4
    clip_norm: Positive = 1.0
    critic_epochs: Count = 10
    critic_learning_rate: Positive = 1e-3


@configured
class DrivesConfig:
    """One kind of drives.

    scenario: where, what and with which robot. faults: profiles that each drive draws one of;
        they are laid over the scenario.
    share: how often it is drawn beside the other kinds. from_round: the first round that has it,
        so that a run can begin with what is easy.
    """

    scenario: ComposedScenario = Field(default_factory=scenario)
    faults: Annotated[list[str], Field(min_length=1)] = Field(default_factory=lambda: ['nominal'])
    share: Positive = 1.0
    from_round: Natural = 0

    def __post_init__(self) -> None:
        for name in self.faults:
            with_faults(self.scenario, name)


@configured
class BagsConfig:
    """Recorded drives to learn from, in place of simulated ones.

    folder: where the bags are, at any depth. inputs: the drive node's parameter file that fits the
        robot, as config/robots/jackal.yaml; None for the default topics.
    topic: what was done: Twist, TwistStamped, or Odometry where no command was recorded.
    lead: seconds between a measurement and what was done about it; for Odometry, how long the
        robot takes to follow a command.
    answer: what is done within so many seconds after a measurement is the answer to it.
    holds: so long a command stays in force.
    held_out: share of the bags' drives that only validate.
    """

    folder: Path
    inputs: Path | None = None
    topic: str = 'cmd_vel'
    lead: Annotated[float, Field(ge=0)] = 0.0
    answer: Positive = 0.1
    holds: Positive = 0.5
    held_out: Annotated[float, Field(ge=0, lt=1)] = 0.2


@configured
class TrainConfig:
    """A run.

    seed: everything random in the run follows from it. drives: kinds of drives, mixed.
    bags: if given, recorded drives are imitated, in one round, and no simulated ones.
    ppo: if given, the policy is fine-tuned after that, in the simulator.
    validation_episodes: drives of all kinds, by their shares, that choose the bundle after
        each round.
    workers: processes that simulate. cluster: of Ray, if it records the drives of imitation
        instead; a `local` one has as many processes. threads: of torch while it trains.
    """

    policy: PolicySpec
    seed: Natural = 0
    drives: Annotated[list[DrivesConfig], Field(min_length=1)] = Field(
        default_factory=lambda: [DrivesConfig()]
    )
    imitation: ImitationConfig = ImitationConfig()
    bags: BagsConfig | None = None
    ppo: PpoConfig | None = None
    validation_episodes: Count = 32
    workers: Count = 2
    cluster: Cluster | None = None
    threads: Count = 1

    def __post_init__(self) -> None:
        if self.imitation.mirror:
            check_mirror(self.policy)

    def scenario_of(self, seed: int, number: int) -> Scenario:
        """The scenario of one drive of round `number`; the seed tells which."""
        rng = np.random.default_rng((seed, 2))
        kinds = [kind for kind in self.drives if kind.from_round <= number] or self.drives[:1]
        share = np.array([kind.share for kind in kinds])
        kind = kinds[rng.choice(len(kinds), p=share / share.sum())]
        return with_faults(kind.scenario, kind.faults[rng.integers(len(kind.faults))])


def load_train_config(path: Path) -> TrainConfig:
    """Read a YAML file, see `read_layers`. Raises ConfigError."""
    return validated(TrainConfig, read_layers(path), str(path))
