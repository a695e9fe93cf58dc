"""The drive node as a process of its own, and everything that can be heard of it over DDS."""

import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import TwistStamped
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String
from std_srvs.srv import SetBool, Trigger

from fault_run.sensors import NAMES, Sensors

CMD_VEL_TIMEOUT_S = 0.5  # after which a robot's base stands by itself: diff_drive_controller's
MAX_VELOCITY = (1.0, 1.5)
START_S = 60.0
FAULT_S = 0.4  # source_timeout of every sensor
USUAL = {
    **{f'{name}.source_timeout': FAULT_S for name in NAMES},
    **{f'{name}.max_repeats': 15 for name in NAMES},
    'lidar.frame_id': 'laser',
    'stall_timeout': 0.2,
    'reset_gap': 1.0,
}


class Robot:
    """policy: folder of the bundle that it drives by. log: where the process writes."""

    def __init__(self, policy: Path, log: Path) -> None:
        self.policy = policy
        self.log = log
        self.commands: list[tuple[float, float, float]] = []
        self.statuses: dict[str, DiagnosticStatus] = {}
        self.verdicts: list[tuple[float, str, str]] = []
        self._reports = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._setup: dict[str, Any] | None = None
        self.node = rclpy.create_node('fault_run')
        latched = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.node.create_subscription(TwistStamped, 'cmd_vel', self._hear, 100)
        self.node.create_subscription(DiagnosticArray, '/diagnostics', self._read, 10)
        self.node.create_subscription(
            DiagnosticStatus, 'drive_node/guard', self._hear_guard, latched
        )
        self._orders = self.node.create_publisher(String, 'drive_node/inject', 10)
        services = {
            'reset': (Trigger, 'reset'),
            'enable': (SetBool, 'enable'),
            'enable_guard': (SetBool, 'enable_guard'),
            'set': (SetParameters, 'set_parameters'),
            'set_together': (SetParametersAtomically, 'set_parameters_atomically'),
            'change': (ChangeState, 'change_state'),
            'state': (GetState, 'get_state'),
        }
        self._clients = {
            key: self.node.create_client(kind, f'drive_node/{name}')
            for key, (kind, name) in services.items()
        }
        self.sensors = Sensors(self.node)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        threading.Thread(target=self._executor.spin, daemon=True).start()

    # The process

    def begin(self, setup: dict[str, Any]) -> None:
        """A process with these parameters: the one that lives, if it has them."""
        if self._setup != setup or self.exit_code() is not None:
            self.end()
            self.start(setup)

    def start(self, setup: dict[str, Any], module: str = 'fault_run.victim') -> None:
        """A new process; it need not come to drive."""
        self.statuses.clear()
        self.commands.clear()
        given = {'policy': str(self.policy), **USUAL, **setup}
        command = [sys.executable, '-m', module, '--ros-args']
        for name, value in given.items():
            command += ['-p', f'{name}:={_yaml(value)}']
        folders = [str(Path(__file__).parents[1]), os.environ.get('PYTHONPATH', '')]
        with self.log.open('ab') as log:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, folders))},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._setup = setup

    def signal(self, number: int) -> None:
        if self._process:
            self._process.send_signal(number)

    def exit_code(self) -> int | None:
        """None while the process lives."""
        return self._process.poll() if self._process else 0

    def await_exit(self, seconds: float) -> int | None:
        try:
            return self._process.wait(seconds) if self._process else 0
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        for number in (signal.SIGTERM, signal.SIGCONT, signal.SIGKILL):
            if self.exit_code() is None:
                self.signal(number)
                self.await_exit(5.0 if number == signal.SIGTERM else 1.0)
        self._process = self._setup = None

    # What it does

    @staticmethod
    def now() -> float:
        return time.monotonic()

    @staticmethod
    def wait(seconds: float) -> None:
        time.sleep(seconds)

    def wait_until(self, holds: Any, seconds: float) -> bool:
        end = self.now() + seconds
        while self.now() < end:
            if holds():
                return True
            time.sleep(0.01)
        return bool(holds())

    def drives(self) -> bool:
        """Whether the newest commands drive it."""
        newest = self.commands[-1] if self.commands else (0.0, 0.0, 0.0)
        return newest[1] > 0.4 and self.now() - newest[0] < 0.2

    def drives_within(self, seconds: float) -> bool:
        return self.wait_until(self.drives, seconds)

    def await_driving(self) -> None:
        """Raises RuntimeError if it does not drive in time."""
        if not self.drives_within(START_S):
            raise RuntimeError(f'the robot does not drive: {self.says()}; see {self.log}')

    def calm(self) -> None:
        """Sensors behave, nothing is held."""
        self.sensors.behave()

    def time_to_zero(self, since: float) -> float | None:
        """Seconds from `since` to the moment from which on its wheels stand, None if they do not.

        The wheels are those of a base that stands by itself when it hears no command for a while.
        """
        moving = [at for at, *velocity in self.commands if any(velocity)]
        if not moving:
            return 0.0
        zeros = [at for at, *_ in self.commands if at > moving[-1]]
        stood = zeros[0] if zeros else moving[-1] + CMD_VEL_TIMEOUT_S
        return max(stood - since, 0.0) if stood <= self.now() else None

    def slowest(self, since: float) -> float:
        """Least forward speed since then; 0 in a pause of more than the base's patience."""
        heard = [(at, linear) for at, linear, _ in self.commands if at >= since]
        if not heard or self.now() - heard[-1][0] > CMD_VEL_TIMEOUT_S:
            return 0.0
        return min(linear for _, linear in heard)

    def check_commands(self, since: float) -> None:
        """Raises AssertionError for a command that is no number or above the limits."""
        for at, linear, angular in list(self.commands):
            if at >= since:
                assert math.isfinite(linear), f'linear is {linear}'
                assert math.isfinite(angular), f'angular is {angular}'
                assert abs(linear) <= MAX_VELOCITY[0] + 1e-9, f'linear is {linear}'
                assert abs(angular) <= MAX_VELOCITY[1] + 1e-9, f'angular is {angular}'

    # What it says

    def report(self, part: str = 'drive') -> dict[str, str]:
        """A status of the next /diagnostics, by key, with its message."""
        reports = self._reports
        self.wait_until(lambda: self._reports > reports, 3.0)
        status = self.statuses.get(part)
        if status is None:
            return {'message': 'nothing'}
        return {'message': status.message, **{pair.key: pair.value for pair in status.values}}

    def says(self) -> str:
        return self.report()['message']

    def count(self, part: str, key: str) -> int:
        return int(self.report(part).get(key, 0))

    def logged(self) -> str:
        return self.log.read_text(errors='replace')

    # What it is told

    def inject(self, what: str, seconds: float) -> None:
        """To the victim's policy."""
        self._orders.publish(String(data=f'{what} {seconds}'))

    def call(self, key: str, request: Any, seconds: float = 10.0) -> Any:
        """A service's answer. Raises RuntimeError without one."""
        client = self._clients[key]
        if not client.wait_for_service(seconds):
            raise RuntimeError(f'{key}: there is no such service')
        future = client.call_async(request)
        if not self.wait_until(future.done, seconds):
            raise RuntimeError(f'{key}: no answer')
        return future.result()

    def set(self, **values: Any) -> list[Any]:
        """Results of setting parameters, one by one; __ in a name stands for a dot."""
        request = SetParameters.Request()
        request.parameters = [
            Parameter(name.replace('__', '.'), value=value).to_parameter_msg()
            for name, value in values.items()
        ]
        return list(self.call('set', request).results)

    def change(self, transition: str) -> bool:
        request = ChangeState.Request(transition=Transition(label=transition))
        return bool(self.call('change', request).success)

    def state(self) -> str:
        return str(self.call('state', GetState.Request()).current_state.label)

    def _hear(self, message: TwistStamped) -> None:
        twist = message.twist
        self.commands.append((time.monotonic(), twist.linear.x, twist.angular.z))

    def _hear_guard(self, message: DiagnosticStatus) -> None:
        action = next(pair.value for pair in message.values if pair.key == 'action')
        self.verdicts.append((time.monotonic(), action, message.message))

    def _read(self, message: DiagnosticArray) -> None:
        for status in message.status:
            self.statuses[re.sub('.*: ', '', status.name)] = status
        self._reports += 1


def _yaml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return '[' + ', '.join(map(_yaml, value)) + ']'
    return str(value)
