"""Fused forms of the LTC's step and sequence, each held to the reference in `liquid.solver`.

compiled.py cpu.py step.py    the loops, compiled by numba
autograd.py                   the sequence's loops as differentiable functions of torch
gpu.py rectangle.py           the sequence's loops in Triton, and the synapses as they take them
gpu_autograd.py               what autograd.py is for them
"""

import importlib
import warnings
from functools import cache
from subprocess import CalledProcessError
from types import ModuleType

import torch
from torch import Tensor

COMPILED_SOLVERS = ('semi_implicit', 'explicit_euler', 'exponential_midpoint')
_DTYPES = (torch.float32, torch.float64)


def has_kernel(tensor: Tensor, solver: str = 'semi_implicit') -> bool:
    """Whether sequences on this tensor's device and in its dtype run in a kernel."""
    if torch.compiler.is_compiling() or solver not in COMPILED_SOLVERS:
        return False
    has_compiler = {'cpu': _has_numba, 'cuda': _has_triton}.get(tensor.device.type)
    return tensor.dtype in _DTYPES and has_compiler is not None and has_compiler()


def kernels_for(device: torch.device) -> ModuleType:
    """The module with `InputDrive` and `Trajectory` for tensors on this device."""
    name = 'autograd' if device.type == 'cpu' else 'gpu_autograd'
    return importlib.import_module(f'{__name__}.{name}')


@cache
def _has_numba() -> bool:
    """Without numba everything runs, but many times slower: said once."""
    try:
        import numba  # noqa: F401
    except ImportError as error:
        text = f'numba does not import, so liquid networks run in eager torch, slower: {error}'
        warnings.warn(text, RuntimeWarning, stacklevel=2)
        return False
    return True


@cache
def _has_triton() -> bool:
    """Without Triton, or without the C compiler that it needs, the GPU runs many small kernels."""
    try:
        from triton.runtime import driver

        driver.active.get_current_target()
    except (ImportError, OSError, RuntimeError, CalledProcessError) as error:
        text = f'Triton does not run, so liquid networks run in eager torch, slower: {error}'
        warnings.warn(text, RuntimeWarning, stacklevel=2)
        return False
    return True
