"""Drives out of bags: what is refused before a run begins, and what a bag's drives hold."""

import numpy as np
import pytest
import yaml

from liquid_control.policy import Policy
from liquid_control.schema import ConfigError, validated
from liquid_control_sim.cli import main
from liquid_control_sim.ros.kinds import BagKinds
from liquid_control_sim.ros.messages import Messages
from liquid_control_sim.training.bags import BagDrives
from liquid_control_sim.training.config import BagsConfig, TrainConfig
from liquid_control_sim.training.episode import load_episode
from liquid_control_sim.watch.bag import BagWriter

POLICY = {
    'sensors': {
        'odometry': {'type': 'odometry', 'features': 2},
        'goal': {'type': 'goal', 'features': 2},
    },
    'network': {'type': 'gru', 'units': 2},
    'action': {'max_linear': 2.0, 'max_angular': 2.0},
}
SPEC = validated(TrainConfig, {'policy': POLICY}, 'test').policy
PERIOD_NS = 50_000_000
WORDS = Messages(BagKinds())


def write_bag(
    folder, count=40, frame='odom', moved='/odom', acting='/cmd_vel', acted=range(1_000_000)
):
    """A robot that drives straight on, faster and faster, to a goal that is 10 m ahead.

    Odometry at 20 Hz; each of those `acted` on gets a command 10 ms later.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with BagWriter(folder) as bag:
        bag.write('/goal_pose', 1, WORDS.place(1, frame, (10.0, 0.0, 0.0)))
        for tick in range(count):
            now_ns = (tick + 1) * PERIOD_NS
            odometry = WORDS.odometry(now_ns, 'odom', (0.01 * tick, 0.0, 0.0), np.zeros(2))
            bag.write(moved, now_ns, odometry)
            if tick in acted:
                done_ns = now_ns + 10_000_000
                bag.write(acting, done_ns, WORDS.velocity(done_ns, np.array([0.02 * tick, 0.0])))


@pytest.fixture
def drives(tmp_path):
    """Makes the drives of all bags in tmp_path/bags."""

    def make(**bags):
        data = {'folder': str(tmp_path / 'bags'), **bags}
        return BagDrives(validated(BagsConfig, data, 'test'), Policy(SPEC), tmp_path / 'drives')

    return make


def record(drives):
    assert sum(drives.record(0, 'nobody')) == drives.count(0)
    return [load_episode(path, SPEC) for path in drives.paths(0)]


def test_what_came_next_is_what_was_done_about_a_measurement(tmp_path, drives):
    write_bag(tmp_path / 'bags' / 'bag', acted=range(20))
    (episode,) = record(drives())
    from_odometry = episode.labels[::2]
    assert len(from_odometry) == 40
    assert from_odometry[:20, 0] == pytest.approx(0.01 * np.arange(20))
    assert from_odometry[20:29, 0] == pytest.approx(0.19), 'the last command holds for 0.5 s'
    assert np.isnan(from_odometry[30:]).all()
    away = 10.0 - 0.01 * np.arange(40)
    assert episode.values['goal'][:, 0] == pytest.approx(1.0 / (1.0 + away)), 'as it is prepared'


def test_topics_are_those_of_the_drive_nodes_parameter_file(tmp_path, drives):
    write_bag(tmp_path / 'bags' / 'bag', moved='/platform/odom')
    topics = {'odometry': {'topic': '/platform/odom'}, 'goal': {'odometry_topic': 'platform/odom'}}
    inputs = tmp_path / 'robot.yaml'
    inputs.write_text(yaml.safe_dump({'/**/drive_node': {'ros__parameters': topics}}))
    (episode,) = record(drives(inputs=str(inputs)))
    assert len(episode.values['goal']) == len(episode.values['odometry']) == 40
    with pytest.raises(ConfigError, match='topic odom is missing'):
        BagDrives(BagsConfig(tmp_path / 'bags'), Policy(SPEC), tmp_path / 'other')


def test_event_time_has_the_rules_of_the_parameter_file(tmp_path, drives):
    """Nothing is heard for a second and a half."""
    write_bag(tmp_path / 'bags' / 'bag', moved='/odom')
    folder = tmp_path / 'bags' / 'gap'
    with BagWriter(folder) as bag:
        bag.write('/goal_pose', 1, WORDS.place(1, 'odom', (10.0, 0.0, 0.0)))
        for tick in (*range(20), *range(50, 70)):
            now_ns = (tick + 1) * PERIOD_NS
            bag.write(
                '/odom', now_ns, WORDS.odometry(now_ns, 'odom', (0.0, 0.0, 0.0), np.zeros(2))
            )
            bag.write('/cmd_vel', now_ns, WORDS.velocity(now_ns, np.zeros(2)))
    assert len(record(drives(held_out=0.0))) == 3
    inputs = tmp_path / 'robot.yaml'
    inputs.write_text(yaml.safe_dump({'/**/drive_node': {'ros__parameters': {'reset_gap': 5.0}}}))
    policy, config = Policy(SPEC), BagsConfig(tmp_path / 'bags', inputs=inputs, held_out=0.0)
    assert len(record(BagDrives(config, policy, tmp_path / 'other'))) == 2


def test_bags_of_one_name_in_different_folders_are_all_learned_from(tmp_path, drives):
    for day, count in (('monday', 40), ('tuesday', 30)):
        write_bag(tmp_path / 'bags' / day / 'bag', count)
    episodes = record(drives())
    assert [len(episode.values['odometry']) for episode in episodes] == [40, 30]


def test_a_bag_that_was_half_converted_is_converted_again(tmp_path, drives):
    write_bag(tmp_path / 'bags' / 'bag')
    record(drives())
    folder = tmp_path / 'drives' / 'bag'
    whole = (folder / '0.npz').read_bytes()
    (folder / 'done').unlink()
    (folder / '0.npz').write_bytes(whole[:100])
    record(drives())
    assert (folder / '0.npz').read_bytes() == whole


def test_bags_are_looked_into_only_until_they_are_converted(tmp_path, drives):
    write_bag(tmp_path / 'bags' / 'bag')
    record(drives())
    (tmp_path / 'bags' / 'bag' / 'bag.mcap').write_bytes(b'')
    assert len(record(drives())) == 1


@pytest.mark.parametrize(
    ('bag', 'asked', 'said'),
    [
        ({}, {'topic': 'joy'}, 'topic joy is missing, it has cmd_vel, goal_pose, odom'),
        ({}, {'topic': 'goal_pose'}, 'goal_pose has geometry_msgs/msg/PoseStamped, wanted'),
        ({'acting': '/odom'}, {}, 'topic cmd_vel is missing'),
        (None, {}, 'not readable as a bag'),
    ],
)
def test_a_bag_that_lacks_something_is_refused_before_a_run_begins(
    tmp_path, bag, asked, said, capsys
):
    folder = tmp_path / 'bags' / 'bag'
    write_bag(folder, **(bag or {}))
    if bag is None:
        (folder / 'bag.mcap').write_bytes(b'no MCAP')
    config = tmp_path / 'config.yaml'
    config.write_text(yaml.safe_dump({'policy': POLICY}))
    command = ['train', '--config', str(config), '--run', str(tmp_path / 'run')]
    topic = ['--actions', asked['topic']] if asked else []
    assert main([*command, '--bags', str(tmp_path / 'bags'), *topic]) == 2
    error = capsys.readouterr().err
    assert str(folder) in error
    assert said in error
    assert error.count('\n') == 1
    assert not (tmp_path / 'run').exists()


def test_a_sensor_that_is_never_heard_is_no_secret(tmp_path, drives):
    """A goal in the frame of a map, as many give it, is refused by the drive node as well."""
    write_bag(tmp_path / 'bags' / 'bag', frame='map')
    with pytest.raises(ConfigError, match="bag: goal is never heard: goal is in frame 'map'"):
        record(drives())


def test_drives_without_commands_teach_nothing(tmp_path, drives):
    write_bag(tmp_path / 'bags' / 'bag', acted=[0])
    with pytest.raises(ConfigError, match=r'no bag holds .* commands on odom'):
        record(drives(topic='odom', answer=1e-9, holds=1e-9, lead=9.0))
