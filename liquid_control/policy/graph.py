"""Functions of tensors as CUDA graphs: one launch for a step that is hundreds of small kernels."""

from collections.abc import Callable
from typing import Generic, TypeVar

import torch
from torch import Tensor

_WARM_UPS = 3  # as torch's notes on CUDA graphs ask for before a capture

Output = TypeVar('Output', Tensor, tuple[Tensor, ...])


class CapturedFunction(Generic[Output]):
    """A function of tensors, captured once and replayed on every call.

        step = CapturedFunction(policy.step, x, state, dt)
        action, state = step(x, state, dt)

    All that differs between calls must be a tensor among the arguments: a number, or a tensor from
    elsewhere that is replaced by another one, stays what it was at the capture. The function must
    not look into its tensors, and runs without gradients.

    examples: CUDA tensors with the shapes and dtypes of all later inputs. Raises ValueError if one
        of them is elsewhere.
    """

    def __init__(self, function: Callable[..., Output], *examples: Tensor) -> None:
        for i, example in enumerate(examples):
            if not example.is_cuda:
                raise ValueError(f'example {i} is on {example.device}, wanted a CUDA device')
        self._graph = torch.cuda.CUDAGraph()
        # tensors made in inference mode could not be written to outside of it
        with torch.inference_mode(False), torch.no_grad(), torch.cuda.device_of(examples[0]):
            self._inputs = [example.clone() for example in examples]
            # whatever allocates or compiles on a first call must have done so
            aside = torch.cuda.Stream()
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                for _ in range(_WARM_UPS):
                    function(*self._inputs)
            torch.cuda.current_stream().wait_stream(aside)
            with torch.cuda.graph(self._graph):
                self._outputs: Output = function(*self._inputs)

    @torch.no_grad()
    def __call__(self, *inputs: Tensor) -> Output:
        """The outputs, which lie where the next call writes its own. Inputs may lie on the CPU.

        Raises ValueError if an input has another shape or dtype than its example.
        """
        for i, (static, value) in enumerate(zip(self._inputs, inputs, strict=True)):
            # copy_ would broadcast and convert
            if value.shape != static.shape or value.dtype != static.dtype:
                raise ValueError(
                    f'input {i} is {value.dtype} {list(value.shape)}, '
                    f'but {static.dtype} {list(static.shape)} was captured'
                )
            static.copy_(value, non_blocking=True)
        self._graph.replay()
        return self._outputs
