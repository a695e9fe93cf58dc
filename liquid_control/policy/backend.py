"""What a deployed policy runs on: the fastest way of each device, with the same numbers."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from liquid_control.liquid.stepper import CompiledStepper, Stepper, TorchStepper
from liquid_control.policy.plain import plain
from liquid_control.policy.policy import Policy


class Backend(Protocol):
    """A policy's encoders and its network's step, on numpy arrays.

    name: the device and the way, in words; with the reason where it is not the fastest.
    """

    name: str

    def encode(self, sensor: str, prepared: np.ndarray) -> np.ndarray:
        """Prepared values [k, ...] to features [k, features] float32."""
        ...

    def step(
        self, x: np.ndarray, state: np.ndarray, dt: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The network's step, see `Stepper`."""
        ...


def build_backend(policy: Policy, device: str) -> Backend:
    """device: `cpu`, `cuda`, `cuda:1`, or `auto` for CUDA where it is there. Moves the policy to
    the device. Raises ValueError, naming device, if it is not there.
    """
    if device == 'auto':
        device = 'cuda' if torch.cuda.is_available() else 'cpu'
    if device == 'cpu':
        return OnCpu(policy.cpu())
    if not torch.cuda.is_available():
        raise ValueError(f'device is {device}, but torch finds no CUDA device; use auto or cpu')
    return OnCuda(policy.to(device))


class OnCpu:
    """Encoders in numpy for one measurement and in torch for many; the step compiled by numba, or
    in torch where there is no numba.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._plain = {name: plain(policy.encoder(name)) for name in policy.sensors}
        self.step: Stepper
        try:
            self.step, self.name = CompiledStepper(policy.core), 'cpu, compiled step'
        except (ImportError, ValueError) as error:
            self.step = TorchStepper(policy.core)
            self.name = f'cpu, step in torch, many times slower than compiled: {error}'

    def encode(self, sensor: str, prepared: np.ndarray) -> np.ndarray:
        if len(prepared) == 1:
            return self._plain[sensor](prepared)
        with torch.inference_mode():
            return self._policy.encoder(sensor)(torch.from_numpy(prepared)).numpy()


class OnCuda:
    """For one robot one captured graph per sensor's encoder and one for the step, made on first
    use; plain torch for many.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._device = next(policy.parameters()).device
        self._captured: dict[str, Callable[..., Tensor | tuple[Tensor, ...]]] = {}
        self._step = TorchStepper(policy.core)
        self.name = f'{torch.cuda.get_device_name(self._device)}, captured graphs'

    @torch.no_grad()
    def encode(self, sensor: str, prepared: np.ndarray) -> np.ndarray:
        encoder, value = self._policy.encoder(sensor), torch.from_numpy(prepared)
        if len(prepared) > 1:
            return encoder(value.to(self._device)).cpu().numpy()
        features = self._replay(sensor, encoder, value)
        assert isinstance(features, Tensor)
        return features.cpu().numpy()

    def step(
        self, x: np.ndarray, state: np.ndarray, dt: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        if len(x) > 1:
            return self._step(x, state, dt)
        inputs = (torch.from_numpy(array) for array in (x, state, dt))
        y, after = self._replay('', self._step.of_tensors, *inputs)
        return y.cpu().numpy(), after.cpu().numpy()

    def _replay(
        self,
        name: str,
        function: nn.Module | Callable[..., tuple[Tensor, Tensor]],
        *inputs: Tensor,
    ) -> Tensor | tuple[Tensor, ...]:
        """The outputs of the function's graph, captured with the first inputs there are."""
        if name not in self._captured:
            from liquid_control.policy.graph import CapturedFunction

            examples = (value.to(self._device) for value in inputs)
            self._captured[name] = CapturedFunction(function, *examples)
        return self._captured[name](*inputs)
