"""A recorded drive in which a sensor is dead from the first to the last."""

import numpy as np
import torch

from liquid_control.policy import (
    CameraSpec,
    DepthSpec,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    Policy,
    PolicySpec,
)
from liquid_control.stream import Event
from liquid_control_sim.training.batches import Piece, collate
from liquid_control_sim.training.episode import Recorder, arranged

SENSORS = {
    'imu': ImuSpec(),
    'lidar': LidarSpec(beams=48),
    'camera': CameraSpec(width=16, height=12),
    'depth': DepthSpec(width=16, height=12),
}


def drive(policy, *speaking):
    recorder = Recorder(policy)
    for stamp in range(1, 9):
        name = speaking[stamp % len(speaking)]
        value = np.ones(SENSORS[name].shape, SENSORS[name].dtype)
        recorder.add(Event(stamp * 10**7, name, value), np.zeros(2, np.float32))
    return arranged(recorder.arrays(), policy.spec)


def test_a_drive_with_a_dead_sensor_is_learned_from_beside_one_where_it_speaks():
    torch.manual_seed(0)
    policy = Policy(PolicySpec(sensors=SENSORS, network=LtcSpec(NcpSpec(), unfolds=1)))
    deaf, whole = drive(policy, 'imu'), drive(policy, *SENSORS)
    pieces = [Piece(episode, 0, 8) for episode in (deaf, whole)]
    with torch.no_grad():
        together, _ = policy.unroll(collate(pieces, policy.sensors, 8).window, policy.blank(2))
        alone, _ = policy.unroll(collate(pieces[:1], policy.sensors, 8).window, policy.blank(1))
    np.testing.assert_allclose(together[0], alone[0], atol=1e-6)
    assert np.isinf(deaf.ages[:, 1:]).all()
