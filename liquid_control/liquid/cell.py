"""What every recurrent cell here has in common: one state tensor, true time, masks."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

Advance = Callable[[Tensor, Tensor, Tensor], Tensor]
"""x: [batch, features], state: [batch, state_size], dt: [batch] give the state after the event."""


class Cell(Protocol):
    """A recurrent network on events; the input of an event acts over the dt that ends at it.

    The state is one tensor [batch, state_size], whatever the cell keeps in it.
    """

    inputs: int
    outputs: int
    state_size: int

    def initial_state(self, batch: int) -> Tensor:
        """Zeros [batch, state_size], of the weights' dtype and device."""
        ...

    def step(self, x: Tensor, state: Tensor, dt: Tensor) -> tuple[Tensor, Tensor]:
        """One event: x: [batch, inputs], state: [batch, state_size], dt: [batch] >= 0 give y:
        [batch, outputs] and the state.
        """
        ...

    def sequence(
        self,
        x: Tensor,
        state: Tensor | None = None,
        dt: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Events in order: x: [batch, time, inputs] gives y: [batch, time, outputs] and the state
        after the last one.

        dt: [batch, time] >= 0; without it every event lasts 1. mask: [batch, time] bool; an event
            where it is False does not exist: the state is held and so is the output.
        """
        ...


def checked(
    cell: Cell, x: Tensor, state: Tensor | None, dt: Tensor | None, mask: Tensor | None
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """x, state, dt and mask of a sequence, filled in where they were left out. What stands at
    masked events, be it NaN, is taken out. Raises ValueError on shapes that do not fit.
    """
    if x.ndim != 3 or x.shape[2] != cell.inputs:
        raise ValueError(f'x is {list(x.shape)}, wanted [batch, time, {cell.inputs}]')
    state = cell.initial_state(len(x)) if state is None else state
    if state.shape != (len(x), cell.state_size):
        raise ValueError(f'state is {list(state.shape)}, wanted {[len(x), cell.state_size]}')
    dt = x.new_ones(x.shape[:2]) if dt is None else dt
    for name, value in (('dt', dt), ('mask', mask)):
        if value is not None and value.shape != x.shape[:2]:
            raise ValueError(
                f'{name} is {list(value.shape)}, but x has [batch, time] = {list(x.shape[:2])}'
            )
    if mask is not None and mask.dtype != torch.bool:
        raise ValueError(f'mask is {mask.dtype}, wanted torch.bool')
    if mask is not None:
        x, dt = x.masked_fill(~mask.unsqueeze(2), 0.0), dt.masked_fill(~mask, 0.0)
    return x, state, dt, mask


def scan(
    advance: Advance, x: Tensor, state: Tensor, dt: Tensor, mask: Tensor | None
) -> tuple[Tensor, Tensor]:
    """The states after each event, and the last of them: state <- advance(x_t, state, dt_t).

    x: [batch, time, features], inputs or what was computed from them ahead of the loop. state:
        [batch, state_size]. dt: [batch, time]. mask: [batch, time] bool; where it is False the
        state is held. Returns [batch, time, state_size] and [batch, state_size].
    """
    states = []
    here = [None] * x.shape[1] if mask is None else mask.unsqueeze(2).unbind(1)
    # unbind and not x[:, t]: the gradient of each x[:, t] would be as large as x
    for x_t, dt_t, here_t in zip(x.unbind(1), dt.unbind(1), here, strict=True):
        new = advance(x_t, state, dt_t)
        state = new if here_t is None else torch.where(here_t, new, state)
        states.append(state)
    if not states:
        return state.new_zeros(len(state), 0, state.shape[1]), state
    return torch.stack(states, dim=1), state
