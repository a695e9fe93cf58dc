"""What an image needed is there for the next one."""

import platform
import subprocess
import sys

import pytest

CHURN = """
import resource, threading
from liquid_control.nodes import memory

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def churn(times):
    for _ in range(times):
        images = [bytearray(921_600) for _ in range(3)]

def measure():
    churn(10)
    before = faults()
    churn(100)
    print(faults() - before)

memory.keep()
thread = threading.Thread(target=measure)
thread.start()
thread.join()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='another C library')
def test_the_pages_of_freed_images_are_not_faulted_in_again():
    run = subprocess.run([sys.executable, '-c', CHURN], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 1000
