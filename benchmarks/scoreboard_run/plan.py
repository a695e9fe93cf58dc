"""What is compared with what: the contents of config/scoreboard.yaml."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from liquid_control.policy import ActionSpec, PolicySpec
from liquid_control.policy.spec import SensorSpec
from liquid_control.schema import Count, Positive, configured, validated
from liquid_control_sim.evaluation.suite_config import ScenarioLayers, SeedsConfig, SweepConfig
from liquid_control_sim.layers import read_layers
from liquid_control_sim.training.config import (
    DrivesConfig,
    Fraction,
    ImitationConfig,
    Natural,
    TrainConfig,
)

Plain = dict[str, Any]


@configured
class Try:
    """Settings that a network may do better with; see ImitationConfig. policy: laid over the
    network's own.
    """

    learning_rate: Positive
    core_rate: Positive = 1.0
    policy: Plain = Field(default_factory=dict)


@configured
class NetworkPlan:
    """policy: fields of a PolicySpec beside those that all share. tries: the best is taken."""

    title: str
    policy: Plain
    tries: Annotated[list[Try], Field(min_length=1)]


@configured
class RoundsPlan:
    """How drives are recorded.

    first: drives of the expert. each: of each network in each later round, of which there is one
        for each of expert_share. passes, settings: with which those learn who are to drive.
    held_out: every so many-th drive is not learned from.
    """

    first: Count
    each: Count
    expert_share: list[Fraction]
    seconds: Positive
    passes: Count
    settings: Try
    held_out: Count
    seed: Natural = 0


@configured
class LearningPlan:
    """seeds: each network is trained once with each. passes: over all drives; of a try
    trial_passes. lanes, window, warmup, thinning: see ImitationConfig.
    """

    seeds: Annotated[list[Natural], Field(min_length=1)]
    passes: Count
    trial_passes: Count
    lanes: Count
    window: Count
    warmup: Count = 1
    thinning: Fraction = 0.0


@configured
class EvaluationPlan:
    """As a suite has them, but for the seeds: each of these is a suite of its own, so that there
    can be more later.
    """

    scenarios: Annotated[dict[str, ScenarioLayers], Field(min_length=1)]
    seeds: Annotated[list[SeedsConfig], Field(min_length=1)]
    faults: list[str]
    sweeps: dict[str, SweepConfig]


@configured
class Plan:
    """usual: where in each sweep good sensors stand. logarithmic: sweeps that are drawn so."""

    sensors: dict[str, SensorSpec]
    action: ActionSpec
    networks: Annotated[dict[str, NetworkPlan], Field(min_length=1)]
    drives: Annotated[list[DrivesConfig], Field(min_length=1)]
    rounds: RoundsPlan
    learning: LearningPlan
    planners: list[str]
    evaluation: EvaluationPlan
    usual: dict[str, float]
    logarithmic: list[str]

    def spec(self, network: str, chosen: Try) -> PolicySpec:
        """Raises ConfigError."""
        shared = {'sensors': self.sensors, 'action': self.action}
        data = {**shared, **self.networks[network].policy, **chosen.policy}
        return validated(PolicySpec, data, f'networks.{network}')

    def train_config(self, workers: int) -> TrainConfig:
        """For the recording of drives; its policy stands for all of them, which hear the same."""
        first = next(iter(self.networks))
        imitation = ImitationConfig(
            rounds=1 + len(self.rounds.expert_share), seconds=self.rounds.seconds
        )
        return TrainConfig(
            self.spec(first, self.networks[first].tries[0]),
            seed=self.rounds.seed,
            drives=self.drives,
            imitation=imitation,
            workers=workers,
        )


def read_plan(file: Path) -> Plan:
    """See `read_layers`. Raises ConfigError that names the file and the field."""
    plan = validated(Plan, read_layers(file), str(file))
    for name, network in plan.networks.items():
        for chosen in network.tries:
            plan.spec(name, chosen)
    return plan
