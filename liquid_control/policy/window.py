"""Stretches of recorded streams in the form that trains a policy: the Engine's arithmetic, many
events at once.
"""

from typing import NamedTuple

from torch import Tensor


class Window(NamedTuple):
    """`time` consecutive events of each of `batch` streams.

    values: by sensor, the prepared values [k, ...] of all its messages in the window, stream after
        stream.
    rows: by sensor, [batch, time] int64: which features it holds at each event, as a row of
        [features held before the window (batch rows), features of `values` (k rows)].
    ages: [batch, time, sensors] seconds since each sensor's last stamp; infinite for one that
        never spoke.
    dt: [batch, time] seconds. 0 at a stream's first event, and behind its end.
    coin: [batch, time], as it lies at each event, see `liquid_control.coin`.
    """

    values: dict[str, Tensor]
    rows: dict[str, Tensor]
    ages: Tensor
    dt: Tensor
    coin: Tensor


class Memory(NamedTuple):
    """What a policy remembers of each stream: state [batch, neurons] and held features [batch,
    features].
    """

    state: Tensor
    held: Tensor

    def detach(self) -> 'Memory':
        return Memory(self.state.detach(), self.held.detach())
