"""Worker processes that simulate."""

import os

import torch


def single_thread() -> None:
    """A worker's arithmetic stays on one core, since there is one worker a core."""
    os.environ['OMP_NUM_THREADS'] = '1'
    torch.set_num_threads(1)
