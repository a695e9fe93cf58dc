"""Networks that only run: event after event on numpy arrays, float32, without gradients."""

import math
from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from liquid_control.liquid.cell import Cell
from liquid_control.liquid.ltc import LTC


class Stepper(Protocol):
    """x: [batch, inputs], state: [batch, neurons], dt: [batch] >= 0, all float32, give y: [batch,
    outputs] and the state after the event. What went in is left as it was.
    """

    def __call__(
        self, x: np.ndarray, state: np.ndarray, dt: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]: ...


class CompiledStepper:
    """An LTC's step as compiled by numba, on the CPU, one sample after the other.

    It holds the weights of the moment it was made. Raises ImportError without numba, ValueError
    for a network or a solver that is not compiled.
    """

    def __init__(self, ltc: Cell) -> None:
        from liquid_control.liquid.kernels.autograd import FORMS
        from liquid_control.liquid.kernels.step import step

        if not isinstance(ltc, LTC):
            raise ValueError(f'network is {type(ltc).__name__}, compiled is LTC')
        if ltc.solver not in FORMS:
            raise ValueError(f'solver is {ltc.solver!r}, compiled are {", ".join(FORMS)}')
        with torch.no_grad():
            frozen = ltc.freeze()
            neuron = _rows(frozen.capacitance, frozen.leak_current, frozen.leak)
            mapping = _rows(frozen.input_w, frozen.input_b, ltc.output_w, ltc.output_b)
            synapses = [
                array
                for group in (frozen.sensory, frozen.recurrent)
                for array in (_rows(*group[3:]), _indices(group.source), _indices(group.start))
            ]
        form, stages = FORMS[ltc.solver]
        most, max_step = ltc.unfolds.most, ltc.unfolds.max_step or math.inf
        room = max(ltc.inputs, ltc.state_size, *(edges.shape[1] for edges in synapses[::3]))
        self._step = step
        self._outputs = ltc.outputs
        self._fixed = (
            form,
            np.array(stages, np.float32),
            most,
            np.float32(max_step),
            neuron,
            mapping,
            *synapses,
            np.empty((7, room), np.float32),
        )

    def __call__(
        self, x: np.ndarray, state: np.ndarray, dt: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        after, y = state.copy(), np.empty((len(x), self._outputs), np.float32)
        self._step(*self._fixed, x, dt, after, y)
        return y, after


class TorchStepper:
    """A cell's step by torch, on the device that the cell is on.

    of_tensors: the same on tensors of that device.
    """

    def __init__(self, cell: Cell) -> None:
        self._device = cell.initial_state(1).device
        self.of_tensors: Callable[..., tuple[Tensor, Tensor]] = cell.step
        if isinstance(cell, LTC):
            with torch.no_grad():
                self.of_tensors = partial(cell.step, frozen=cell.freeze())

    @torch.no_grad()
    def __call__(
        self, x: np.ndarray, state: np.ndarray, dt: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        x_t, state_t, dt_t = (torch.from_numpy(a).to(self._device) for a in (x, state, dt))
        y, after = self.of_tensors(x_t, state_t, dt_t)
        return y.cpu().numpy(), after.cpu().numpy()


def _rows(*tensors: Tensor) -> np.ndarray:
    """The vectors as float32 rows, the shorter ones filled up with zeros."""
    rows = np.zeros((len(tensors), max(len(tensor) for tensor in tensors)), np.float32)
    for row, tensor in zip(rows, tensors, strict=True):
        row[: len(tensor)] = tensor.float().cpu().numpy()
    return rows


def _indices(tensor: Tensor) -> np.ndarray:
    """Unsigned, or the compiled loops would look out for negative ones."""
    return tensor.cpu().numpy().astype(np.uint32)
