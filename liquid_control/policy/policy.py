"""The policy: held sensor features and ages into a liquid network, a velocity command out."""

import numpy as np
import torch
from torch import Tensor, nn

from liquid_control.liquid import LTC
from liquid_control.policy.encoders import Encoder, build_encoder
from liquid_control.policy.spec import PolicySpec
from liquid_control.policy.window import Memory, Window


class Policy(nn.Module):
    """Encoders, a network and nothing else; all memory is the network's state and the features
    held of each sensor.

    The network's input of one event is [held features of all sensors, age of each sensor /
    age_cap], and the coin if the spec has one.
    """

    def __init__(self, spec: PolicySpec) -> None:
        super().__init__()
        self.spec = spec
        self.sensors = tuple(spec.sensors)
        self.encoders = nn.ModuleDict(
            {name: build_encoder(sensor) for name, sensor in spec.sensors.items()}
        )
        self.slices: dict[str, slice] = {}
        start = 0
        for name, sensor in spec.sensors.items():
            self.slices[name] = slice(start, start + sensor.features)
            start += sensor.features
        self.held_size = start
        self.core = spec.network.build(start + len(self.sensors) + spec.coin)

    @property
    def parts(self) -> dict[str, slice]:
        """What the network's inputs are: each sensor's features, `ages`, and maybe `coin`."""
        ages = slice(self.held_size, self.held_size + len(self.sensors))
        parts = {**self.slices, 'ages': ages}
        return {**parts, 'coin': slice(ages.stop, ages.stop + 1)} if self.spec.coin else parts

    def check(self, sensor: str, value: np.ndarray) -> None:
        """Raises ValueError, in one line, if the policy cannot take this sensor's array."""
        if sensor not in self.spec.sensors:
            raise ValueError(
                f'{sensor} is no sensor of this policy; it has {", ".join(self.sensors)}'
            )
        shape = self.spec.sensors[sensor].shape
        if value.shape != shape:
            raise ValueError(
                f'{sensor} has shape {list(value.shape)}, but the policy wants {list(shape)}'
            )

    def encoder(self, sensor: str) -> Encoder:
        return self.encoders[sensor]  # type: ignore[return-value]

    def step(self, x: Tensor, state: Tensor, dt: Tensor) -> tuple[Tensor, Tensor]:
        """One event: x: [batch, inputs], dt: [batch] seconds give actions [batch, 2] in (-1, 1)
        and the state.
        """
        y, state = self.core.step(x, state, dt * self.spec.time_scale)
        return torch.tanh(y), state

    def blank(self, batch: int) -> Memory:
        """The memory of streams that have not begun."""
        state = self.core.initial_state(batch)
        return Memory(state, state.new_zeros(batch, self.held_size))

    def unroll(self, window: Window, memory: Memory) -> tuple[Tensor, Memory]:
        """All events of a window: actions [batch, time, 2] in (-1, 1), and the memory after it.

        The same numbers as the Engine's, event by event.
        """
        held = torch.cat([self._held(name, window, memory) for name in self.sensors], dim=-1)
        x = self.inputs(held, window.ages, window.coin)
        y, state = self.core.sequence(x, memory.state, window.dt * self.spec.time_scale)
        return torch.tanh(y), Memory(state, held[:, -1])

    def inputs(self, held: Tensor, ages: Tensor, coin: Tensor) -> Tensor:
        """What the network sees [..., inputs] of held features [..., features], seconds of silence
        [..., sensors], as 0 just now and 1 at age_cap or never, and of the coin [...].
        """
        parts = (held, (ages / self.spec.age_cap).clip(max=1.0), coin[..., None])
        return torch.cat(parts if self.spec.coin else parts[:2], dim=-1)

    def _held(self, sensor: str, window: Window, memory: Memory) -> Tensor:
        """The features held of a sensor at each event, [batch, time, features]."""
        before = memory.held[:, self.slices[sensor]]
        values = window.values[sensor]
        table = torch.cat((before, self.encoder(sensor)(values))) if len(values) else before
        return table[window.rows[sensor]]

    def time_constants(self, x: Tensor, state: Tensor) -> Tensor:
        """Effective time constants [batch, neurons], seconds, under these inputs and state; no
        neurons for a network without them.
        """
        if not isinstance(self.core, LTC):
            return state.new_empty(len(state), 0)
        return self.core.time_constants(x, state) / self.spec.time_scale
