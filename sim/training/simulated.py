"""Drives out of the simulator: the expert's and the policy's, round after round."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from liquid_control_sim.evaluation.evaluate import Evaluation, evaluate_groups
from liquid_control_sim.training.collect import Collection, collect, recorded
from liquid_control_sim.training.config import TrainConfig
from liquid_control_sim.training.ranks import ALONE, Ranks
from liquid_control_sim.training.seeds import drive_seeds, validation_seeds


class SimulatedDrives:
    """See `Drives`. ranks: each records its share."""

    def __init__(self, config: TrainConfig, folder: Path, ranks: Ranks = ALONE) -> None:
        self._config, self._folder, self._ranks = config, folder, ranks
        self.rounds = config.imitation.rounds

    def count(self, number: int) -> int:
        imitation = self._config.imitation
        return imitation.episodes if number else imitation.first_episodes

    def record(self, number: int, driver: Path) -> Iterator[int]:
        whole = self._collection(number, driver)
        yield from collect(replace(whole, seeds=self._ranks.share(whole.seeds)))

    def paths(self, number: int) -> list[Path]:
        return recorded(self._collection(number, self._folder))

    def validate(self, candidate: Path) -> tuple[dict[str, float], float]:
        config = self._config
        drives = [
            Evaluation(candidate, (seed,), config.scenario_of(seed, self.rounds))
            for seed in validation_seeds(config.seed, config.validation_episodes)
        ]
        result = evaluate_groups(drives, config.workers)
        return result.summary(), result.success_rate - result.collision_rate

    def _collection(self, number: int, driver: Path) -> Collection:
        config = self._config
        first = sum(map(self.count, range(number)))
        shares = [1.0, *config.imitation.expert_share]
        return Collection(
            config,
            number,
            bundle=driver,
            folder=self._folder / str(number),
            seeds=drive_seeds(config.seed, first, self.count(number)),
            expert_share=shares[min(number, len(shares) - 1)],
            cluster=config.cluster,
        )
