"""All that the simulator node publishes, each with its quality of service."""

from collections import Counter
from collections.abc import Callable

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.qos import (
    DurabilityPolicy,
    QoSProfile,
    ReliabilityPolicy,
    qos_profile_sensor_data,
)
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image, Imu, LaserScan

from liquid_control_sim.ros.episode import Episode
from liquid_control_sim.ros.kinds import RosKinds
from liquid_control_sim.ros.messages import (
    BASE_FRAME,
    ODOM_FRAME,
    WORLD_FRAME,
    Messages,
    fixed_frames,
    flat_frame,
)
from liquid_control_sim.ros.status import status
from liquid_control_sim.sensors import Message

CLOCK_QOS = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED_QOS = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class Outputs:
    """The publishers. sent: how many messages, by sensor."""

    def __init__(self, node: Node) -> None:
        self._words = Messages(RosKinds())
        self.sent: Counter[str] = Counter()
        qos = qos_profile_sensor_data
        self._scan = node.create_publisher(LaserScan, 'scan', qos)
        self._imu = node.create_publisher(Imu, 'imu', qos)
        self._image = node.create_publisher(Image, 'image', qos)
        self._odom = node.create_publisher(Odometry, 'odom', 10)
        self._goal = node.create_publisher(PoseStamped, 'goal_pose', LATCHED_QOS)
        self._clock = node.create_publisher(Clock, '/clock', CLOCK_QOS)
        self._truth = node.create_publisher(Odometry, 'ground_truth', 10)
        self._status = node.create_publisher(DiagnosticStatus, '~/status', 10)
        self._collision = node.create_publisher(PoseStamped, '~/collision', 10)
        self._frames = self._fixed = None
        try:
            kind = RosKinds.kind('tf2_msgs/msg/TFMessage')
        except ImportError:
            node.get_logger().info('tf2_msgs is not installed: no transforms are published')
        else:
            self._frames = node.create_publisher(kind, '/tf', 100)
            self._fixed = node.create_publisher(kind, '/tf_static', LATCHED_QOS)

    def begin(self, episode: Episode) -> None:
        """What holds for a whole episode."""
        sensors, words = episode.simulation.config.sensors, self._words
        self._read: dict[str, Callable[[Message], None]] = {'odometry': self._send_odometry}
        if sensors.lidar is not None:
            lidar = sensors.lidar
            self._read['lidar'] = lambda m: self._scan.publish(words.scan(m.event, lidar))
        if sensors.imu is not None:
            imu = sensors.imu
            self._read['imu'] = lambda m: self._imu.publish(words.imu(m.event, imu))
        if sensors.camera is not None:
            self._read['camera'] = lambda m: self._image.publish(words.image(m.event))
        if self._fixed is not None:
            simulation = episode.simulation
            frames = fixed_frames(simulation.config.robot, simulation.layout.start)
            self._fixed.publish(words.transforms(episode.start_ns, *frames))
        self.send_goal(episode)

    def send_clock(self, now_ns: int) -> None:
        self._clock.publish(self._words.clock(now_ns))

    def send(self, message: Message) -> None:
        """What a sensor measured, at the time that it arrives."""
        self.send_clock(message.delivered_ns)
        publish = self._read.get(message.event.sensor)
        if publish is not None:
            publish(message)
            self.sent[message.event.sensor] += 1

    def send_goal(self, episode: Episode) -> None:
        """Where to go, if the task says so: again and again, for who comes late and is not told
        what was said before.
        """
        goal = episode.simulation.task.goal
        if goal is not None:
            place = self._words.place(episode.start_ns, ODOM_FRAME, (*goal, 0.0))
            self._goal.publish(place)

    def send_truth(self, episode: Episode) -> None:
        simulation = episode.simulation
        twist = np.array(simulation.twist)
        truth = self._words.odometry(episode.now_ns, WORLD_FRAME, simulation.pose, twist)
        self._truth.publish(truth)

    def send_status(self, episode: Episode, figures: dict[str, float]) -> None:
        """figures: what the node knows besides."""
        sent = {f'published_{sensor}': self.sent[sensor] for sensor in self._read}
        self._status.publish(status(episode, {**sent, **figures}))

    def send_collision(self, episode: Episode) -> None:
        """The robot has bumped into something, here."""
        place = self._words.place(episode.now_ns, WORLD_FRAME, episode.simulation.pose)
        self._collision.publish(place)

    def _send_odometry(self, message: Message) -> None:
        event, pose = message.event, message.pose
        assert pose is not None
        odometry = self._words.odometry(event.stamp_ns, ODOM_FRAME, pose, event.value)
        self._odom.publish(odometry)
        if self._frames is not None:
            frame = flat_frame(ODOM_FRAME, BASE_FRAME, pose)
            self._frames.publish(self._words.transforms(event.stamp_ns, frame))
