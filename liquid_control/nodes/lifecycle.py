"""The drive node: its lifecycle, its parameters while it lives, its services.

unconfigured -> inactive   the bundle is loaded, the policy runs once, topics are there
inactive -> active         commands: zero until every required sensor is heard
active -> inactive         the robot decelerates to a stand, then silence
"""

import functools
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from std_srvs.srv import SetBool, Trigger

from liquid_control.nodes import diagnostics, parameters, settings
from liquid_control.nodes.assembly import Assembly, assemble
from liquid_control.nodes.drive import Drive
from liquid_control.nodes.parameters import Described, ParameterError
from liquid_control.policy import BundleError, PolicySpec
from liquid_control.policy.bundle import read_bundle_file

DISABLED = 'disabled by ~/enable'

Transition = Callable[['DriveNode', LifecycleState], TransitionCallbackReturn]


def logged(transition: Transition) -> Transition:
    """Log what a transition raises: rclpy makes an error transition of it without a word."""

    @functools.wraps(transition)
    def wrapper(node: 'DriveNode', state: LifecycleState) -> TransitionCallbackReturn:
        try:
            return transition(node, state)
        except Exception:
            node.get_logger().error(f'{transition.__name__} raised:\n{traceback.format_exc()}')
            raise

    return wrapper


class DriveNode(LifecycleNode):
    """Drives one robot. Raises ParameterError for parameters that cannot be.

    Composable: add it to an executor with others, as one callback group; close() it in the end.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__('drive_node', **kwargs)
        self._drive: Drive | None = None
        self._next: Assembly | None = None
        self._names: dict[str, Described] = {}
        self._declaring = False
        self._error = ''
        self._disabled = False
        self._finalized = False
        try:
            self._spec = self._declare()
            autostart = settings.read(self, self._spec).autostart
        except ParameterError:
            self.destroy_node()
            raise
        self.add_on_set_parameters_callback(self._judge)
        self.add_post_set_parameters_callback(self._take_over)
        self.create_service(Trigger, '~/reset', self._on_reset)
        self.create_service(SetBool, '~/enable', self._on_enable)
        self.create_service(SetBool, '~/enable_guard', self._on_enable_guard)
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self.create_timer(1.0, self._report, clock=Clock(clock_type=ClockType.STEADY_TIME))
        if autostart and self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
            self.trigger_activate()

    def halt(self) -> None:
        """Decelerate to a stand and return then; any thread may call it, the executor may hang."""
        if self._drive:
            self._drive.halt()

    def close(self) -> None:
        """Bring the robot to a stand and the node to its final state."""
        if not self._finalized:
            self.trigger_shutdown()

    def destroy_node(self) -> None:
        self._dismantle()
        super().destroy_node()

    @logged
    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            self._spec = self._declare()
            self._build(assemble(settings.read(self, self._spec)))
        except (ParameterError, BundleError) as error:
            self._error = str(error)
            self.get_logger().error(self._error)
            return TransitionCallbackReturn.FAILURE
        return super().on_configure(state)

    @logged
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        answer = super().on_activate(state)
        if self._drive:
            self._drive.start()
        return answer

    @logged
    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        if self._drive:
            self._drive.stop()
        return super().on_deactivate(state)

    @logged
    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._dismantle()
        return super().on_cleanup(state)

    @logged
    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._dismantle()
        self._finalized = True
        return super().on_shutdown(state)

    @logged
    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Back to unconfigured: what failed can be configured anew."""
        self._error = f'an error ended the state {state.label}, see the log'
        self._dismantle()
        return super().on_error(state)

    def _build(self, assembly: Assembly) -> None:
        self._dismantle()
        self._drive = Drive(self, assembly)
        self._error = ''
        if self._disabled:
            self._drive.hold('enable', DISABLED)

    def _dismantle(self) -> None:
        if self._drive:
            drive, self._drive = self._drive, None
            drive.destroy()

    def _declare(self) -> PolicySpec | None:
        """Declare what the policy, its sensors' types and the guard's zones ask for.

        Returns the policy's spec, None if its bundle cannot be read. Raises ParameterError.
        """
        self._declaring = True
        try:
            parameters.declare(self, settings.BASICS)
            spec = settings.find_spec(self)
            names = {entry.name: entry for entry in settings.table(self, spec)}
            parameters.undeclare(self, self._names.keys() - names.keys())
            settings.find_unheard(self, spec, names)
            parameters.declare(self, names.values())
            self._names = names
            return spec
        finally:
            self._declaring = False

    def _judge(self, changes: Sequence[Parameter]) -> SetParametersResult:
        """Whether the changes may be; builds what is needed for them."""
        ours = [change for change in changes if change.name in self._names]
        if self._declaring or not ours:
            return SetParametersResult(successful=True)
        try:
            self._check(ours)
        except (ParameterError, BundleError) as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    def _check(self, changes: Sequence[Parameter]) -> None:
        """Raises ParameterError or BundleError, and changes nothing then."""
        fixed = [change.name for change in changes if not self._names[change.name].live]
        for change in changes:
            if change.type_ == Parameter.Type.NOT_SET:
                raise ParameterError(f'{change.name} cannot be taken away')
        if fixed and self._drive and self._drive.active:
            raise ParameterError(f'{fixed[0]} is read-only while the node is active: deactivate')
        spec = self._spec
        if 'policy' in fixed:
            spec = read_bundle_file(settings.policy_folder(self, changes)).spec
        wanted = settings.read(self, spec, changes)
        self._next = assemble(wanted) if fixed and self._drive else None

    def _take_over(self, changes: Sequence[Parameter]) -> None:
        """The changes are made: act on them."""
        ours = [change.name for change in changes if change.name in self._names]
        if self._declaring or not ours:
            return
        if any(map(settings.is_shaping, ours)):
            self._spec = self._declare()
        if self._next:
            assembly, self._next = self._next, None
            self._build(assembly)
        elif self._drive:
            self._drive.apply(settings.read(self, self._spec))

    # Services

    def _on_reset(self, _: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        if self._drive and self._drive.active:
            self._drive.reset()
            answer.success = True
            answer.message = 'memory erased; standing until every required sensor is heard anew'
            self.get_logger().warning(f'~/reset: {answer.message}')
        else:
            answer.message = 'not active: there is no memory'
        return answer

    def _on_enable(self, request: SetBool.Request, answer: SetBool.Response) -> SetBool.Response:
        self._disabled = not request.data
        if self._drive and self._disabled:
            self._drive.hold('enable', DISABLED)
        elif self._drive:
            self._drive.release('enable')
        answer.success = True
        answer.message = DISABLED if self._disabled else 'enabled by ~/enable'
        self.get_logger().warning(answer.message)
        return answer

    def _on_enable_guard(
        self, request: SetBool.Request, answer: SetBool.Response
    ) -> SetBool.Response:
        """The service sets the parameter, so that there is one truth about the guard."""
        result = self.set_parameters([Parameter('guard.enabled', value=request.data)])[0]
        state = 'on' if request.data else 'OFF: nothing keeps the robot from colliding'
        answer.success = result.successful
        answer.message = f'the guard is {state}' if result.successful else result.reason
        self.get_logger().warning(f'~/enable_guard: {answer.message}')
        return answer

    def _report(self) -> None:
        message = DiagnosticArray()
        message.header.stamp = self.get_clock().now().to_msg()
        if self._drive:
            message.status = self._drive.report()
        else:
            message.status = diagnostics.idle(self.get_name(), self._error)
        self._diagnostics.publish(message)
