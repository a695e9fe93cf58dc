"""Train as you deploy: what a recorded drive trains is what the engine computes on the robot."""

import numpy as np
import pytest
import torch

from liquid_control.policy import (
    CameraSpec,
    Engine,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    Policy,
    PolicySpec,
)
from liquid_control.stream import Event, Timeline
from liquid_control_sim.training.batches import batches
from liquid_control_sim.training.config import ImitationConfig
from liquid_control_sim.training.episode import Recorder, load_episode
from liquid_control_sim.training.views import drawn, seen

SENSORS = {
    'lidar': LidarSpec(beams=48),
    'imu': ImuSpec(),
    'camera': CameraSpec(width=16, height=12),
}
MS = 1_000_000


@pytest.fixture(scope='module', params=[None, 0.01], ids=['true time', 'fixed dt'])
def policy(request):
    torch.manual_seed(0)
    network = LtcSpec(NcpSpec(), unfolds=2)
    return Policy(PolicySpec(sensors=SENSORS, network=network, fixed_dt=request.param)).eval()


def drive(seed, count):
    """Events in order of arrival, some of them late, none so late that it is dropped."""
    rng = np.random.default_rng(seed)
    value = {
        'lidar': lambda: rng.uniform(0.2, 12.0, 48).astype(np.float32),
        'imu': lambda: rng.normal(size=6).astype(np.float32),
        'camera': lambda: rng.integers(0, 256, (12, 16, 3), np.uint8),
    }
    now = 10**9
    for k in range(count):
        now += int(rng.integers(1, 9)) * MS
        sensor = ('imu', 'imu', 'imu', 'lidar', 'imu', 'imu', 'camera')[k % 7]
        stamp = now - (20 * MS if sensor == 'camera' and k > 10 else 0)
        yield now, Event(stamp, sensor, value[sensor]())


def record(policy, path, seed, count):
    """Save the drive; the labels are its numbers, so that a batch shows which events it holds."""
    recorder, timeline = Recorder(policy), Timeline()
    for number, (now, event) in enumerate(drive(seed, count)):
        if timeline.add(event, now):
            recorder.add(event, np.array([seed, number], np.float32))
    recorder.save(path)
    return path


def deployed(policy, seed, count):
    """The engine's actions and last memory on the drive in order of its stamps."""
    engine, timeline, actions = Engine(policy), Timeline(), []
    ordered = sorted(drive(seed, count), key=lambda arrival: arrival[1].stamp_ns)
    for _, event in ordered:
        features = engine.encode(event.sensor, event.value[None])[0]
        (step,) = timeline.add(Event(event.stamp_ns, event.sensor, features), event.stamp_ns)
        actions.append(engine.drive(step))
    return np.array(actions)


def test_windows_of_a_recorded_drive_give_the_deployed_actions(policy, tmp_path):
    counts = {0: 90, 1: 70, 2: 80}
    paths = [record(policy, tmp_path / f'{seed}.npz', seed, n) for seed, n in counts.items()]
    actions = {seed: [] for seed in counts}
    memory = policy.blank(2)
    with torch.no_grad():
        drives = seen(drawn(paths, ImitationConfig(), np.random.default_rng(0)), policy.spec)
        for batch in batches(drives, policy.sensors, lanes=2, time=16):
            keep = (~batch.fresh).unsqueeze(1)
            memory = memory._replace(state=memory.state * keep, held=memory.held * keep)
            answered, memory = policy.unroll(batch.window, memory)
            for lane in range(2):
                real = batch.weight[lane] > 0
                seed = int(batch.labels[lane, 0, 0])
                actions[seed] += list(answered[lane][real].numpy())
    whole = [seed for seed, count in counts.items() if len(actions[seed]) == count]
    assert len(whole) >= 2
    for seed in whole:
        expected = deployed(policy, seed, counts[seed])
        np.testing.assert_allclose(np.array(actions[seed]), expected, atol=1e-5)


def test_a_recorded_drive_is_in_the_order_of_its_stamps(policy, tmp_path):
    episode = load_episode(record(policy, tmp_path / 'drive.npz', 5, 60), policy.spec)
    assert (episode.dt >= 0).all()
    assert episode.dt[0] == 0
    assert (np.diff(episode.labels[:, 1]) < 0).any(), 'late events must have changed places'
    assert np.isinf(episode.ages[0]).sum() == 2
    assert (episode.newest[-1] + 1 == [len(episode.values[name]) for name in policy.sensors]).all()


def test_every_epoch_plays_the_drives_in_another_order(policy, tmp_path):
    paths = [record(policy, tmp_path / f'{seed}.npz', seed, 20) for seed in range(6)]

    def order(seed):
        drives = seen(drawn(paths, ImitationConfig(), np.random.default_rng(seed)), policy.spec)
        return [int(b.labels[0, 0, 0]) for b in batches(drives, policy.sensors, 1, 32)]

    assert order(0) == order(0)
    assert order(0) != order(1)
    assert sorted(order(0)) == list(range(6))
