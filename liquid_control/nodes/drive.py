"""What a configured drive node holds: subscriptions, publishers, the pilot, its heartbeat."""

import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.clock import JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode

from liquid_control.messages.inputs import Feed
from liquid_control.nodes import diagnostics
from liquid_control.nodes.assembly import GUARD_SOURCE, Assembly, guard_sources, watched
from liquid_control.nodes.complaints import Complaints
from liquid_control.nodes.diagnostics import Picture
from liquid_control.nodes.heartbeat import Heartbeat
from liquid_control.nodes.intake import Intake
from liquid_control.nodes.outputs import Outputs
from liquid_control.nodes.ros_time import RosTime
from liquid_control.nodes.settings import Settings
from liquid_control.nodes.subscriptions import Subscriptions
from liquid_control.safety import Guard, Verdict

LAST_COMMANDS = 3  # zero commands that end a drive
RAMP_S = 2.0  # a drive that ends decelerates for at most this long
VERDICT_PERIOD_S = 0.5  # ~/guard speaks when something changes, and this often


class Drive:
    """Lives from configuration to cleanup, and moves the robot between start() and stop().

    Stamps are compared with the node's ROS clock, silence is measured on the steady clock, and
    acceleration too, but in a simulation by the simulator's clock: the robot lives there.
    """

    def __init__(self, node: LifecycleNode, assembly: Assembly) -> None:
        self._node = node
        self._clock = RosTime(node.get_clock())
        self._pilot, self._helm = assembly.pilot, assembly.pilot.helm
        self._complaints = Complaints(node.get_logger())
        self._intake = Intake(assembly, self._clock, self._complaints, self._answer)
        self._heartbeat: Heartbeat | None = None
        self._standing = True
        self._sent_ns = self._told_ns = self._shown_ns = 0
        self._verdict = self._told = Verdict(np.zeros(2), 'none')
        self._publishing = threading.Lock()
        self.mismatches: Counter[str] = Counter()
        self._outputs = Outputs(
            node,
            self._clock,
            assembly.settings.frame_id,
            assembly.settings.enable_stamped_cmd_vel,
            self._mismatched,
        )
        self._subscriptions = self._subscribe(assembly)
        threshold = JumpThreshold(
            min_forward=None, min_backward=Duration(nanoseconds=-1), on_clock_change=True
        )
        self._jumps = node.get_clock().create_jump_callback(threshold, post_callback=self._jump)
        self.apply(assembly.settings)
        node.get_logger().info(f'the policy runs on {self._pilot.engine.runs_on}')
        node.get_logger().info(assembly.hearing)

    @property
    def active(self) -> bool:
        return self._heartbeat is not None

    def hold(self, who: str, reason: str) -> None:
        """Bring the robot to a stand until release(who); it does not wait for that."""
        self._helm.hold(who, reason)

    def release(self, who: str) -> None:
        self._helm.release(who)

    def apply(self, settings: Settings) -> None:
        """Take over what may change while driving."""
        self.settings = settings
        self._intake.apply(settings)
        helm = self._helm
        helm.limiter.limits = settings.limits
        helm.watchdog.sources = watched(settings)
        helm.watchdog.stall_timeout = settings.stall_timeout
        sources = guard_sources(self._pilot.engine.policy.spec, settings)
        if (settings.guard, sources) != (helm.guard.config, helm.guard.sources):
            helm.replace(Guard(settings.guard, sources))
        if settings.guard_enabled:
            helm.guard.enable()
        else:
            helm.guard.disable('guard.enabled is false')
        if self._heartbeat:
            self._heartbeat.period_s = 1.0 / settings.publish_rate

    def start(self) -> None:
        """Forget what was, and command from now on: zero until the required sensors are heard."""
        self._intake.reset()
        self._intake.start()
        self._helm.guard.reset()
        self._complaints.clear()
        self._standing = True
        self._helm.release('end')
        self._node.get_logger().info(f'active, waiting for {", ".join(self._intake.meters)}')
        period_s = 1.0 / self.settings.publish_rate
        self._heartbeat = Heartbeat(self._beat, self._failed, period_s)
        self._heartbeat.start()

    def reset(self) -> None:
        """Forget everything that was heard; stand until every required sensor is heard anew."""
        self._intake.reset()

    def halt(self) -> None:
        """Decelerate, and return when the robot stands. The heartbeat does it: also while the
        executor hangs. Nothing happens if it was not started.
        """
        self._helm.hold('end', 'the drive ends')
        deadline = time.monotonic() + RAMP_S
        while self.active and not self._helm.stands and time.monotonic() < deadline:
            time.sleep(0.005)

    def stop(self) -> None:
        """Bring the robot to a stand; several commands and a short wait see to it that it hears.

        Nothing happens if it was not started.
        """
        if self._heartbeat is None:
            return
        self.halt()
        self._heartbeat.stop()
        self._heartbeat = None
        for _ in range(LAST_COMMANDS):
            self._publish(np.zeros(2))
            time.sleep(0.01)
        self._outputs.flush()

    def destroy(self) -> None:
        """Take everything off the node that was put on it."""
        self.stop()
        self._jumps.unregister()
        self._subscriptions.destroy()
        self._outputs.destroy()

    def report(self) -> list[DiagnosticStatus]:
        """The statuses for /diagnostics."""
        if not self.active:
            return diagnostics.idle(self._node.get_name(), '')
        return diagnostics.active(self._picture())

    def _picture(self) -> Picture:
        speakers = self._subscriptions.speakers()
        for speaker in speakers:
            if speaker.count > 1:
                text = f'{speaker.count} publishers on {speaker.topic}: whose {speaker.sensor}?'
                self._complaints.say(speaker.topic, text)
        rivals = self._node.count_publishers(self._outputs.command_topic) - 1
        if rivals > 0:
            self._complaints.say('rivals', f'{rivals} others publish on cmd_vel, too')
        return Picture(
            name=self._node.get_name(),
            pilot=self._pilot,
            meters=self._intake.meters,
            speakers=speakers,
            lost=self._subscriptions.lost,
            mismatches=self.mismatches,
            rivals=rivals,
            verdict=self._verdict,
            steady_ns=time.monotonic_ns(),
        )

    def _subscribe(self, assembly: Assembly) -> Subscriptions:
        subscriptions = Subscriptions(self._node, self._mismatched)
        for sensor, entry in assembly.inputs.items():
            for feed in entry.feeds:
                subscriptions.add(
                    sensor, feed, self._while_active(self._intake.receive, sensor, feed)
                )
        if assembly.guard_feed:
            feed = assembly.guard_feed
            receive = self._while_active(self._intake.look, GUARD_SOURCE, feed)
            subscriptions.add(GUARD_SOURCE, feed, receive)
        return subscriptions

    def _while_active(
        self, take: Callable[[str, Feed, bytes], None], source: str, feed: Feed
    ) -> Callable[[bytes], None]:
        def receive(data: bytes) -> None:
            if self.active:
                take(source, feed, data)

        return receive

    def _answer(self) -> None:
        """The policy has a new target."""
        if self.settings.publish == 'on_event':
            self._command()
        self._show_state()

    def _show_state(self) -> None:
        """~/policy_state, as often as is wanted. Here, since the network is the executor's."""
        now_ns, rate = time.monotonic_ns(), self.settings.policy_state_rate
        if not rate or now_ns - self._shown_ns < 1e9 / rate:
            return
        self._shown_ns = now_ns
        if self._outputs.state_is_wanted:
            engine = self._pilot.engine
            self._outputs.state(engine.memory().state, engine.time_constants())

    def _beat(self) -> None:
        """The heartbeat's thread: commands where no measurement causes one, and what to tell."""
        steady_ns = time.monotonic_ns()
        period_ns = 1e9 / self.settings.publish_rate
        if self.settings.publish == 'rate' or steady_ns - self._sent_ns >= period_ns:
            self._command()
        self._tell(steady_ns)

    def _tell(self, steady_ns: int) -> None:
        """Log what begins and ends to hold the robot, and publish what the guard does."""
        logger = self._node.get_logger()
        for edge in self._helm.watchdog.edges(steady_ns):
            if edge.faulty:
                logger.warning(edge.text)
            else:
                logger.info(edge.text)
        standing = bool(self._helm.reasons(steady_ns))
        if self._standing and not standing:
            logger.info('driving: every required sensor is heard')
        self._standing = standing
        verdict = self._verdict
        changed = (verdict.action, verdict.zone) != (self._told.action, self._told.zone)
        if changed or steady_ns - self._told_ns > VERDICT_PERIOD_S * 1e9:
            self._told, self._told_ns = verdict, steady_ns
            self._outputs.verdict(verdict)
            if changed and not standing and verdict.action in ('stop', 'off'):
                self._complaints.say(f'guard {verdict.zone}', f'guard: {verdict.reason}')

    def _command(self) -> None:
        with self._publishing:
            steady_ns = self._sent_ns = time.monotonic_ns()
            pace_ns = self._clock.now_ns() if self._clock.is_simulated else steady_ns
            order = self._helm.command(steady_ns, pace_ns)
            self._verdict = order.verdict
            self._outputs.command(order.command)

    def _publish(self, command: np.ndarray) -> None:
        with self._publishing:
            self._outputs.command(command)

    def _failed(self, error: Exception) -> None:
        """A beat raised: stand, in whatever way is left."""
        if not self._node.context.ok():
            return
        lines = traceback.format_exception(error)
        self._complaints.say('heartbeat', f'standing, the heartbeat raised:\n{"".join(lines)}')
        self._publish(np.zeros(2))

    def _jump(self, jump: TimeJump) -> None:
        """ROS time went back or changed its source: nothing that was heard is true any more."""
        self._clock.jumped()
        self._node.get_logger().warning('the ROS clock jumped: memory erased, waiting for sensors')
        self._intake.reset()

    def _mismatched(self, topic: str) -> None:
        self.mismatches[topic] += 1
        text = f'{topic}: another node offers or wants an incompatible QoS, so nothing is heard'
        self._complaints.say(f'{topic} QoS', text)
