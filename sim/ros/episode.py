"""An episode on ROS's clock, which goes on from one episode to the next."""

from dataclasses import replace

from liquid_control.stream import Event
from liquid_control_sim.scenario import Scenario
from liquid_control_sim.sensors import START_NS, Message
from liquid_control_sim.simulation import Simulation


class Episode:
    """A simulation whose time begins at start_ns of another clock.

    start_ns 8 s:   simulation  71.0  71.5  72.0
                    now_ns       8.0   8.5   9.0
    """

    def __init__(self, config: Scenario, seed: int, start_ns: int = START_NS) -> None:
        self.simulation = Simulation(config, seed)
        self.start_ns = start_ns
        self.seed = seed
        self._shift_ns = start_ns - self.simulation.start_ns

    @property
    def now_ns(self) -> int:
        return self.simulation.now_ns + self._shift_ns

    def run_until(self, time_ns: int) -> list[Message]:
        """Run to this time; the messages that arrived, on the other clock."""
        return [
            self._shifted(each) for each in self.simulation.run_until(time_ns - self._shift_ns)
        ]

    def _shifted(self, message: Message) -> Message:
        event = message.event
        return replace(
            message,
            event=Event(event.stamp_ns + self._shift_ns, event.sensor, event.value),
            delivered_ns=message.delivered_ns + self._shift_ns,
            start_ns=self.start_ns,
        )
