"""Drives out of recorded bags: what a person or another controller did then is what is learned.

A bag is read as the drive node would have heard it: the same topics and types, the same readers,
the same event time. rosbag2 (SQLite, MCAP) and ROS 1 bags alike.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.highlevel import AnyReader, AnyReaderError
from rosbags.interfaces import Connection

from liquid_control.files import write_whole
from liquid_control.messages import MessageError, stamp_ns
from liquid_control.messages.inputs import Feed, build_input, input_types, settings_class
from liquid_control.policy import Policy, load_bundle
from liquid_control.schema import ConfigError, read_yaml
from liquid_control.stream import Event, Timeline, TimeRules
from liquid_control_sim.ros.kinds import TYPESTORE
from liquid_control_sim.training.config import BagsConfig
from liquid_control_sim.training.episode import Recorder
from liquid_control_sim.training.imitation import mean_loss
from liquid_control_sim.training.ranks import ALONE, Ranks

SHORTEST = 16
"""Events; a stretch between two resets of the clock that has fewer is not worth a file."""

_Topics = dict[str, list[tuple[str, Feed]]]
"""By topic, the sensors that it feeds."""
_ACTIONS = (
    'geometry_msgs/msg/Twist',
    'geometry_msgs/msg/TwistStamped',
    'nav_msgs/msg/Odometry',
)


class BagDrives:
    """See `Drives`: one round of all bags in a folder. ranks: each converts its share.

    drives/TOWN/MONDAY/0.npz, 1.npz    out of bag TOWN/MONDAY: one for each stretch of its clock
    drives/TOWN/MONDAY/done            their names, when all are there
    """

    rounds = 1

    def __init__(
        self, config: BagsConfig, policy: Policy, folder: Path, ranks: Ranks = ALONE
    ) -> None:
        """Looks into every bag that is yet to be converted. Raises ConfigError for one that cannot
        be read, or lacks a topic or has it with another type of message.
        """
        self._config, self._policy, self._folder, self._ranks = config, policy, folder, ranks
        self._bags = find_bags(config.folder)
        for bag in self._bags:
            if not (self._of(bag) / _DONE).exists():
                check_bag(config, policy, bag)

    def count(self, number: int) -> int:
        return len(self._bags)

    def record(self, number: int, driver: Path) -> Iterator[int]:
        for bag in self._ranks.share(self._bags):
            convert(self._config, self._policy, bag, self._of(bag))
            yield 1
        self._ranks.barrier()
        if not self.paths(0):
            raise ConfigError(
                f'{self._config.folder}: no bag holds {SHORTEST} measurements one after the other '
                f'and commands on {self._config.topic} with them'
            )

    def paths(self, number: int) -> list[Path]:
        return [path for i, path in enumerate(self._all) if not self._is_held_out(i)]

    def validate(self, candidate: Path) -> tuple[dict[str, float], float]:
        held_out = [path for i, path in enumerate(self._all) if self._is_held_out(i)]
        loss = mean_loss(load_bundle(candidate), held_out or self._all)
        return {'loss': loss}, -loss

    @property
    def _all(self) -> list[Path]:
        bags = (convert(self._config, self._policy, bag, self._of(bag)) for bag in self._bags)
        return [path for paths in bags for path in paths]

    def _of(self, bag: Path) -> Path:
        """The folder of a bag's drives; bags in different folders may have one name."""
        return self._folder / bag.relative_to(self._config.folder)

    def _is_held_out(self, index: int) -> bool:
        """Spread evenly over the drives; never the first."""
        share = self._config.held_out
        return int((index + 1) * share) > int(index * share)


def find_bags(folder: Path) -> list[Path]:
    """All bags in a folder and below, by name. Raises ConfigError if there is none."""
    rosbag2 = {path.parent for path in folder.rglob('metadata.yaml')}
    bags = rosbag2 | set(folder.rglob('*.bag'))
    bags |= {path for path in folder.rglob('*.mcap') if path.parent not in rosbag2}
    if not bags:
        raise ConfigError(f'{folder}: no bag there, wanted rosbag2 folders, *.mcap or *.bag')
    return sorted(bags)


def check_bag(config: BagsConfig, policy: Policy, bag: Path) -> None:
    """Raises ConfigError for a bag that cannot be read or has not all that is needed."""
    topics = _by_topic(_read_inputs(config, policy))
    with _opened(bag) as reader:
        _wanted(reader, topics, config, bag)


def convert(config: BagsConfig, policy: Policy, bag: Path, folder: Path) -> list[Path]:
    """Write one bag's drives as files for training into a folder of its own; if all are there
    already, they are kept.

    Raises ConfigError as `check_bag`, and where a sensor's messages are all refused.
    """
    done = folder / _DONE
    if done.exists():
        return [folder / name for name in done.read_text().split()]
    folder.mkdir(parents=True, exist_ok=True)
    topics = _by_topic(_read_inputs(config, policy))
    with _opened(bag) as reader:
        heard = _listen(reader, topics, config, bag)
    paths = []
    for number, stretch in enumerate(_stretches(heard.arrivals, _read_rules(config))):
        labels = [policy.spec.action.raw(heard.action(at_ns, config)) for at_ns, _ in stretch]
        if len(stretch) >= SHORTEST and not np.isnan(labels).all():
            paths.append(folder / f'{number}.npz')
            _write(policy, stretch, labels, paths[-1])
    write_whole({done: '\n'.join(path.name for path in paths).encode()})
    return paths


_DONE = 'done'


@contextmanager
def _opened(bag: Path) -> Iterator[AnyReader]:
    try:
        # What is given is for bags of ROS 2 Humble, which do not say what their types are.
        with AnyReader([bag], default_typestore=TYPESTORE) as reader:
            yield reader
    except (AnyReaderError, OSError) as error:
        raise ConfigError(f'{bag}: not readable as a bag: {error}') from None


@dataclass
class _Heard:
    """What a bag holds, in order of receipt, nanoseconds.

    arrivals: receipt, event. acted_ns and actions: receipt and velocity of each command.
    """

    arrivals: list[tuple[int, Event]] = field(default_factory=list)
    acted_ns: list[int] = field(default_factory=list)
    actions: list[tuple[float, float]] = field(default_factory=list)

    def action(self, at_ns: int, config: BagsConfig) -> np.ndarray:
        """What was done at this time: the answer that came next, or else the command in force;
        NaN where nobody commanded. float32 [2], m/s and rad/s.
        """
        at_ns += round(config.lead * 1e9)
        after = bisect_left(self.acted_ns, at_ns)
        if after < len(self.acted_ns) and self.acted_ns[after] - at_ns <= config.answer * 1e9:
            return np.array(self.actions[after], np.float32)
        before = bisect_right(self.acted_ns, at_ns) - 1
        if before >= 0 and at_ns - self.acted_ns[before] <= config.holds * 1e9:
            return np.array(self.actions[before], np.float32)
        return np.full(2, np.nan, np.float32)


def _given(config: BagsConfig) -> dict[str, Any]:
    """The parameters in the drive node's file; none without a file."""
    if not config.inputs:
        return {}
    files = read_yaml(config.inputs)
    try:
        given: dict[str, Any] = next(iter(files.values()))['ros__parameters']
    except (AttributeError, KeyError, StopIteration, TypeError) as error:
        raise ConfigError(
            f'{config.inputs}: not a parameter file of the drive node: {error!r}'
        ) from None
    return given


def _read_rules(config: BagsConfig) -> TimeRules:
    """Of event time, as the drive node has them on that robot."""
    given = _given(config)
    try:
        return TimeRules(**{e.name: given[e.name] for e in fields(TimeRules) if e.name in given})
    except (TypeError, ValueError) as error:
        raise ConfigError(f'{config.inputs}: {error}') from None


def _read_inputs(config: BagsConfig, policy: Policy) -> list[tuple[str, Feed]]:
    """By sensor, the topics that feed it, as the drive node's parameter file has them."""
    given = _given(config)
    feeds = []
    for sensor, spec in policy.spec.sensors.items():
        mine = given.get(sensor, {})
        kind = mine.get('type', input_types(spec)[0])
        try:
            settings = settings_class(spec, kind)
            names = settings.__dataclass_fields__
            values = {name: value for name, value in mine.items() if name in names}
            feeds += [(sensor, feed) for feed in build_input(spec, kind, settings(**values)).feeds]
        except (TypeError, ValueError) as error:
            raise ConfigError(f'{config.inputs}: {sensor}: {error}') from None
    return feeds


def _by_topic(inputs: Sequence[tuple[str, Feed]]) -> _Topics:
    topics: _Topics = {}
    for sensor, feed in inputs:
        topics.setdefault(feed.topic.strip('/'), []).append((sensor, feed))
    return topics


def _wanted(reader: AnyReader, topics: _Topics, config: BagsConfig, bag: Path) -> list[Connection]:
    """Of a bag's topics, those that are needed. Raises ConfigError where one is missing, or has
    messages of another type.
    """
    types = {topic: {_type(feed) for _, feed in feeds} for topic, feeds in topics.items()}
    acting = config.topic.strip('/')
    types[acting] = types[acting] & set(_ACTIONS) if acting in types else set(_ACTIONS)
    there = {connection.topic.strip('/') for connection in reader.connections}
    for topic in types:
        if topic not in there:
            raise ConfigError(
                f'{bag}: topic {topic} is missing, it has {", ".join(sorted(there))}'
            )
    wanted = [c for c in reader.connections if c.topic.strip('/') in types]
    for connection in wanted:
        takes = types[connection.topic.strip('/')]
        if connection.msgtype not in takes:
            raise ConfigError(
                f'{bag}: topic {connection.topic} has {connection.msgtype}, wanted '
                f'{" or ".join(sorted(takes))}'
            )
    return wanted


def _listen(reader: AnyReader, topics: _Topics, config: BagsConfig, bag: Path) -> _Heard:
    acting, heard, refused = config.topic.strip('/'), _Heard(), dict[str, str]()
    wanted = _wanted(reader, topics, config, bag)
    for connection, receipt_ns, raw in reader.messages(connections=wanted):
        message: Any = reader.deserialize(raw, connection.msgtype)
        topic = connection.topic.strip('/')
        if topic == acting:
            heard.acted_ns.append(receipt_ns)
            heard.actions.append(_velocity(message))
        for sensor, feed in topics.get(topic, ()):
            try:
                reading = feed.read(message)
            except MessageError as error:  # the drive node would not have taken it either
                refused.setdefault(sensor, str(error))
                continue
            if reading is not None:
                at_ns = stamp_ns(message.header.stamp) or receipt_ns
                heard.arrivals.append((receipt_ns, Event(at_ns, sensor, reading.value)))
    spoke = {event.sensor for _, event in heard.arrivals}
    for sensor in (sensor for feeds in topics.values() for sensor, _ in feeds):
        if sensor not in spoke:
            why = refused.get(sensor, 'there is no message')
            raise ConfigError(f'{bag}: {sensor} is never heard: {why}')
    return heard


def _type(feed: Feed) -> str:
    """As ROS writes it: sensor_msgs/msg/LaserScan."""
    return f'{feed.message.__module__.partition(".")[0]}/msg/{feed.message.__name__}'


def _velocity(message: Any) -> tuple[float, float]:
    """Of a Twist, a TwistStamped or an Odometry."""
    twist = getattr(message, 'twist', message)
    twist = getattr(twist, 'twist', twist)
    return twist.linear.x, twist.angular.z


def _stretches(
    arrivals: Sequence[tuple[int, Event]], rules: TimeRules
) -> Iterator[list[tuple[int, Event]]]:
    """What event time takes, cut where it begins anew."""
    timeline, stretch = Timeline(rules), list[tuple[int, Event]]()
    for receipt_ns, event in arrivals:
        steps = timeline.add(event, receipt_ns)
        if any(step.reset for step in steps) and stretch:
            yield stretch
            stretch = []
        if steps:
            stretch.append((receipt_ns, event))
    if stretch:
        yield stretch


def _write(
    policy: Policy,
    stretch: Sequence[tuple[int, Event]],
    labels: Sequence[np.ndarray],
    path: Path,
) -> None:
    recorder = Recorder(policy)
    for (_, event), label in zip(stretch, labels, strict=True):
        recorder.add(event, label)
    recorder.save(path)
