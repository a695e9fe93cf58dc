"""Compile the GPU's kernels, as training launches them, on a machine without a GPU.

Prints the name of every kernel that became machine code. A script of test_gpu.py.
"""

import sys

import torch
from triton.backends.compiler import GPUTarget
from triton.backends.nvidia.driver import CudaDriver
from triton.runtime import driver
from triton.runtime.jit import JITFunction

from liquid_control.liquid import LTC, AutoNCP, sequence
from liquid_control.liquid.kernels import gpu_autograd


class Ampere(CudaDriver):
    """A GPU that kernels can be compiled for and that is not there."""

    def __init__(self) -> None:
        self.get_current_device = lambda: 0
        self.get_current_stream = lambda device: 0

    def get_current_target(self) -> GPUTarget:
        return GPUTarget('cuda', 80, 32)


def compile_only(self, *arguments, warmup, **options):
    kernel = compile_and_launch(self, *arguments, warmup=True, **options)
    if kernel.asm['cubin']:
        sys.stdout.write(f'{self.__name__}\n')


compile_and_launch, JITFunction.run = JITFunction.run, compile_only
driver.set_active(Ampere())
sequence.has_kernel = lambda *_: True
sequence.kernels_for = lambda _: gpu_autograd
for solver in ('semi_implicit', 'exponential_midpoint'):
    y, _ = LTC(3, AutoNCP(12, 2), solver)(torch.zeros(2, 2, 3))
    y.sum().backward()
