"""The drive node with one more topic, ~/inject, whose words make its policy fail.

nan SECONDS     the answers are no numbers for so long
raise SECONDS   the policy raises for so long
sleep SECONDS   its next answer takes so long; the interpreter is free meanwhile, as for a GPU
spin SECONDS    the same, busy in Python
hold SECONDS    the same, and no other thread of the process can run, as in a garbage collection
crash 0         the executor's callback raises
"""

import ctypes
import sys
import time

import numpy as np
from std_msgs.msg import String

from liquid_control.nodes import drive_node, process
from liquid_control.nodes.lifecycle import DriveNode
from liquid_control.policy import Engine

_true_drive = Engine.drive
_order = {'what': '', 'until': 0.0}


def _drive(engine, step):
    what, seconds = _order['what'], _order['until'] - time.monotonic()
    if what and seconds <= 0.0:
        _order['what'] = ''
    if what == 'raise' and seconds > 0.0:
        raise RuntimeError('CUDA error: an illegal memory access was encountered')
    action = _true_drive(engine, step)
    if what == 'nan' and seconds > 0.0:
        return np.full(2, np.nan, np.float32)
    if what in _STALLS and seconds > 0.0:
        _order['what'] = ''
        _STALLS[what](seconds)
    return action


def _spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def _hold(seconds):
    ctypes.PyDLL(None).usleep(int(seconds * 1e6))  # PyDLL keeps the interpreter's lock


_STALLS = {'sleep': time.sleep, 'spin': _spin, 'hold': _hold}


class Victim(DriveNode):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.create_subscription(String, '~/inject', self._inject, 10)

    def _inject(self, message):
        what, seconds = message.data.split()
        if what == 'crash':
            raise RuntimeError('injected')
        _order.update(what=what, until=time.monotonic() + float(seconds))


if __name__ == '__main__':
    Engine.drive = _drive
    process.DriveNode = Victim
    sys.exit(drive_node.main())
