"""A recorded run as a bag: MCAP with standard ROS messages, for Foxglove and PlotJuggler."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from rosbags.interfaces import (
    Connection,
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from typing_extensions import Self

from liquid_control_sim.ros.kinds import TYPESTORE, BagKinds
from liquid_control_sim.ros.messages import (
    BASE_FRAME,
    ODOM_FRAME,
    WORLD_FRAME,
    Messages,
    fixed_frames,
    flat_frame,
)
from liquid_control_sim.watch.markers import moving_markers, still_markers
from liquid_control_sim.watch.recording import Moment, Recording

TRUTH_NS = 20_000_000
MARKERS_NS = 100_000_000
LATCHED = ('/tf_static', '/goal_pose', '/world')

_EVER = QosTime(0, 0)


def write_bag(folder: Path, recording: Recording) -> None:
    """A rosbag2 folder; the MCAP file in it has its name and may be taken out alone.

    Each message is logged when it arrived, under the stamp of its measurement.

        /scan /imu /image /odom       the sensors' messages, as sim_node publishes them
        /goal_pose                    PoseStamped, once
        /cmd_vel                      TwistStamped: what each message was answered with
        /tf /tf_static                by the odometry: odom -> base_link
        /ground_truth /collision      Odometry and PoseStamped in the frame world
        /world /moving                MarkerArray
        /time_constants /neurons      Float64MultiArray: seconds and potentials of a liquid policy
    """
    with BagWriter(folder) as bag:
        scribe = _Scribe(recording, bag)
        scribe.begin()
        for moment in recording.moments:
            scribe.write(moment)


class BagWriter:
    """A rosbag2 folder with an MCAP file, written anew: one of an earlier run is replaced."""

    def __init__(self, folder: Path) -> None:
        for name in ('metadata.yaml', f'{folder.name}.mcap'):
            (folder / name).unlink(missing_ok=True)
        if folder.exists():
            folder.rmdir()
        self._writer = Writer(folder, version=9, storage_plugin=StoragePlugin.MCAP)
        self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
        self._topics: dict[str, Connection] = {}

    def __enter__(self) -> Self:
        self._writer.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._writer.close()

    def write(self, topic: str, time_ns: int, message: Any) -> None:
        """message: one of BagKinds."""
        name = message.__msgtype__
        if topic not in self._topics:
            self._topics[topic] = self._writer.add_connection(
                topic,
                name,
                typestore=TYPESTORE,
                offered_qos_profiles=[_qos(topic in LATCHED)],
            )
        data = TYPESTORE.serialize_cdr(message, name)
        self._writer.write(self._topics[topic], time_ns, data)


class _Scribe:
    """Writes down moment after moment."""

    def __init__(self, recording: Recording, bag: BagWriter) -> None:
        self._run, self._write = recording.run, bag.write
        self._words = Messages(BagKinds())
        self._truth_ns = self._markers_ns = 0
        self._bumps = 0
        sensors = self._run.config.sensors
        lidar, imu = sensors.lidar, sensors.imu
        self._sensors: dict[str, Callable[[Moment], None]] = {'odometry': self._odometry}
        if lidar is not None:
            self._sensors['lidar'] = lambda moment: self._put(
                '/scan', moment, self._words.scan(moment.message.event, lidar)
            )
        if imu is not None:
            self._sensors['imu'] = lambda moment: self._put(
                '/imu', moment, self._words.imu(moment.message.event, imu)
            )
        if sensors.camera is not None:
            self._sensors['camera'] = lambda moment: self._put(
                '/image', moment, self._words.image(moment.message.event)
            )

    def begin(self) -> None:
        """What holds for the whole run."""
        run, words, start_ns = self._run, self._words, self._run.start_ns
        frames = fixed_frames(run.config.robot, run.layout.start)
        self._write('/tf_static', start_ns, words.transforms(start_ns, *frames))
        self._write('/world', start_ns, still_markers(start_ns, run.layout))
        if run.goal is not None:
            goal = words.place(start_ns, ODOM_FRAME, (*run.goal, 0.0))
            self._write('/goal_pose', start_ns, goal)

    def write(self, moment: Moment) -> None:
        write_sensor = self._sensors.get(moment.message.event.sensor)
        if write_sensor is not None:
            write_sensor(moment)
        command = self._words.velocity(moment.now_ns, moment.command)
        self._put('/cmd_vel', moment, command)
        if moment.mind is not None:
            self._put('/time_constants', moment, _numbers(moment.mind.time_constants, 'neurons'))
            self._put('/neurons', moment, _numbers(moment.mind.neurons, 'neurons'))
        self._write_truth(moment)

    def _odometry(self, moment: Moment) -> None:
        event, pose = moment.message.event, moment.message.pose
        assert pose is not None
        odometry = self._words.odometry(event.stamp_ns, ODOM_FRAME, pose, event.value)
        self._put('/odom', moment, odometry)
        frame = flat_frame(ODOM_FRAME, BASE_FRAME, pose)
        self._put('/tf', moment, self._words.transforms(event.stamp_ns, frame))

    def _write_truth(self, moment: Moment) -> None:
        now_ns, words = moment.now_ns, self._words
        if moment.collisions > self._bumps:
            self._bumps = moment.collisions
            self._put('/collision', moment, words.place(now_ns, WORLD_FRAME, moment.pose))
        if now_ns - self._truth_ns >= TRUTH_NS:
            self._truth_ns = now_ns
            truth = words.odometry(now_ns, WORLD_FRAME, moment.pose, np.array(moment.twist))
            self._put('/ground_truth', moment, truth)
        if now_ns - self._markers_ns >= MARKERS_NS:
            self._markers_ns = now_ns
            is_beacon = self._run.config.task.type == 'beacon'
            markers = moving_markers(
                now_ns, self._run.layout, moment.movers, moment.target, is_beacon
            )
            self._put('/moving', moment, markers)

    def _put(self, topic: str, moment: Moment, message: Any) -> None:
        self._write(topic, moment.now_ns, message)


def _numbers(values: np.ndarray, label: str) -> Any:
    """std_msgs/Float64MultiArray of [n]."""
    kind = BagKinds.kind
    size = len(values)
    dimension = kind('std_msgs/msg/MultiArrayDimension')(label=label, size=size, stride=size)
    layout = kind('std_msgs/msg/MultiArrayLayout')(dim=[dimension], data_offset=0)
    return kind('std_msgs/msg/Float64MultiArray')(layout=layout, data=values.astype(np.float64))


def _qos(latched: bool) -> Qos:
    """latched: who comes late hears the last message, as publishers of such topics offer it."""
    durability = QosDurability.TRANSIENT_LOCAL if latched else QosDurability.VOLATILE
    return Qos(
        QosHistory.KEEP_LAST,
        10,
        QosReliability.RELIABLE,
        durability,
        _EVER,
        _EVER,
        QosLiveliness.AUTOMATIC,
        _EVER,
        avoid_ros_namespace_conventions=False,
    )
