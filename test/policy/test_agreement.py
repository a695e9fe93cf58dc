"""Stepwise, whole-sequence and deployed: three ways to run a policy, one result."""

import numpy as np
import pytest
import torch

from liquid_control.coin import TOSS_NS, tosses
from liquid_control.policy import (
    CameraSpec,
    Engine,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    Policy,
    PolicySpec,
    load_bundle,
    save_bundle,
)
from liquid_control.policy.window import Memory, Window
from liquid_control.stream import Event, Timeline

PERIOD_NS = {'lidar': 50_000_000, 'imu': 10_000_000, 'camera': 66_000_000}
LATENCY_NS = {'lidar': 15_000_000, 'imu': 1_000_000, 'camera': 43_000_000}
EVENTS = 150
START_NS = TOSS_NS - 700_000_000


def policy_of(**settings):
    torch.manual_seed(0)
    sensors = {
        'lidar': LidarSpec(beams=48, pool=4),
        'imu': ImuSpec(),
        'camera': CameraSpec(width=16, height=12),
    }
    network = LtcSpec(NcpSpec(), unfolds=3)
    return Policy(PolicySpec(sensors=sensors, network=network, time_scale=5.0, **settings)).eval()


@pytest.fixture(
    scope='module',
    params=[{}, {'fixed_dt': 0.01}, {'coin': True}],
    ids=['true time', 'fixed dt', 'coin'],
)
def policy(request):
    return policy_of(**request.param)


@pytest.fixture(scope='module')
def stream():
    """Events of three asynchronous sensors in the order of arrival: [(delivered_ns, Event)]."""
    rng = np.random.default_rng(0)
    value = {
        'lidar': lambda: rng.uniform(0.2, 12.0, 48).astype(np.float32),
        'imu': lambda: rng.normal(size=6).astype(np.float32),
        'camera': lambda: rng.integers(0, 256, (12, 16, 3), np.uint8),
    }
    arrivals = []
    for sensor, period in PERIOD_NS.items():
        stamp = START_NS + int(rng.integers(period))
        while stamp < START_NS + EVENTS * 10_000_000:
            arrivals.append((stamp + LATENCY_NS[sensor], Event(stamp, sensor, value[sensor]())))
            stamp += period + int(rng.integers(-2_000_000, 2_000_000))
    return sorted(arrivals, key=lambda arrival: arrival[0])


def deployed(policy, arrivals):
    """The actions at every event and the last state, as the node runs it."""
    engine, timeline = Engine(policy), Timeline()
    actions = []
    for now_ns, event in arrivals:
        features = engine.encode(event.sensor, event.value[None])[0]
        steps = timeline.add(Event(event.stamp_ns, event.sensor, features), now_ns)
        actions += [engine.drive(step) for step in steps]
    return np.array(actions), engine


def window(policy, events):
    """The ordered events as one training window of one stream."""
    stamps = policy.spec.lived_ns(np.array([event.stamp_ns for event in events]))
    values, index, ages = {}, {}, []
    for sensor in policy.sensors:
        said = np.array([event.sensor == sensor for event in events])
        raw = np.stack([event.value for event in events if event.sensor == sensor])
        values[sensor] = torch.from_numpy(policy.encoder(sensor).prepare(raw))
        index[sensor] = torch.from_numpy(np.cumsum(said))[None]
        last = np.maximum.accumulate(np.where(said, stamps, 0))
        ages.append(np.where(np.cumsum(said) > 0, (stamps - last) * 1e-9, np.inf))
    dt = np.diff(stamps, prepend=stamps[:1]) * 1e-9
    age = torch.tensor(np.stack(ages, axis=1), dtype=torch.float32)
    coin = torch.from_numpy(tosses(np.array([event.stamp_ns for event in events])))
    assert len(coin.unique()) == 2, 'the stream must hold two sides of the coin'
    dt = torch.tensor(dt, dtype=torch.float32)
    return Window(values, index, age[None], dt[None], coin[None])


def test_sequence_equals_deployment_on_an_ordered_stream(policy, stream):
    ordered = sorted(stream, key=lambda arrival: arrival[1].stamp_ns)
    actions, engine = deployed(policy, [(event.stamp_ns, event) for _, event in ordered])
    with torch.no_grad():
        expected, memory = policy.unroll(window(policy, [e for _, e in ordered]), policy.blank(1))
    np.testing.assert_allclose(actions, expected[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(engine.memory().state, memory.state[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(engine.memory().held, memory.held[0].numpy(), atol=1e-5)


def test_late_messages_end_in_the_state_of_the_ordered_stream(policy, stream):
    ordered = sorted(stream, key=lambda arrival: arrival[1].stamp_ns)
    assert [e for _, e in ordered] != [e for _, e in stream], 'the stream must hold late messages'
    _, in_order = deployed(policy, [(event.stamp_ns, event) for _, event in ordered])
    _, as_arrived = deployed(policy, stream)
    np.testing.assert_allclose(as_arrived.memory().state, in_order.memory().state, atol=1e-6)


def test_windows_one_after_the_other_equal_one_long_window(policy, stream):
    events = [e for _, e in sorted(stream, key=lambda arrival: arrival[1].stamp_ns)]
    whole = window(policy, events)
    cut = 70
    with torch.no_grad():
        expected, _ = policy.unroll(whole, policy.blank(1))
        memory = policy.blank(1)
        parts = []
        for start, stop in ((0, cut), (cut, len(events))):
            part, memory = policy.unroll(_part(whole, start, stop), memory)
            parts.append(part)
    torch.testing.assert_close(torch.cat(parts, dim=1), expected, atol=1e-5, rtol=0)
    assert isinstance(memory, Memory)


def _part(whole, start, stop):
    values, index = {}, {}
    for sensor, rows in whole.rows.items():
        first = int(rows[0, start - 1]) if start else 0
        values[sensor] = whole.values[sensor][first : int(rows[0, stop - 1])]
        index[sensor] = rows[:, start:stop] - first
    rest = (part[:, start:stop] for part in (whole.ages, whole.dt, whole.coin))
    return Window(values, index, *rest)


def test_robots_side_by_side_equal_each_alone(policy, stream):
    one = [event for _, event in stream][:60]
    other = [event for _, event in stream][60:120]
    alone = [
        deployed(policy, [(e.stamp_ns + 10**8, e) for e in events])[0][-1]
        for events in (one, other)
    ]
    engine, timelines = Engine(policy, robots=2), [Timeline(), Timeline()]
    last = np.zeros((2, 2))
    for events in zip(one, other, strict=True):
        steps = []
        for timeline, event in zip(timelines, events, strict=True):
            features = engine.encode(event.sensor, event.value[None])[0]
            steps.append(
                timeline.add(Event(event.stamp_ns, event.sensor, features), event.stamp_ns + 10**8)
            )
        for column in range(max(map(len, steps))):
            row = [robot[column] if column < len(robot) else None for robot in steps]
            actions = engine.step(row)
            last = np.where(np.isnan(actions), last, actions)
    np.testing.assert_allclose(last, alone, atol=1e-5)


def test_a_saved_and_loaded_policy_is_the_same(policy, stream, tmp_path):
    save_bundle(policy, tmp_path, {'seed': 0})
    np.testing.assert_array_equal(
        deployed(load_bundle(tmp_path), stream)[0], deployed(policy, stream)[0]
    )


def slower(stream):
    """The same messages, a third of the rate."""
    begin = stream[0][1].stamp_ns
    stamps = [begin + 3 * (event.stamp_ns - begin) for _, event in stream]
    return [
        (stamp, event._replace(stamp_ns=stamp))
        for stamp, (_, event) in zip(stamps, stream, strict=True)
    ]


def test_a_policy_with_fixed_dt_cannot_tell_how_fast_its_events_came(stream):
    ordered = sorted(stream, key=lambda arrival: arrival[1].stamp_ns)
    fixed, true = policy_of(fixed_dt=0.01), policy_of()
    np.testing.assert_array_equal(deployed(fixed, ordered)[0], deployed(fixed, slower(ordered))[0])
    assert np.abs(deployed(true, ordered)[0] - deployed(true, slower(ordered))[0]).max() > 0.01


def test_no_time_passes_for_a_policy_with_fixed_dt_where_no_event_comes(stream):
    fixed, true = policy_of(fixed_dt=0.01), policy_of()
    for policy, passes in ((fixed, False), (true, True)):
        actions, engine = deployed(policy, stream)
        assert (engine.peek(0.3) != pytest.approx(actions[-1], abs=1e-6)) == passes


def test_a_policy_with_the_coin_looks_ahead_to_the_next_toss(stream):
    """Time alone changes the answer little by little, a toss at once."""
    policy = policy_of(coin=True)
    before = [arrival for arrival in stream if arrival[0] < START_NS + 600_000_000]
    _, engine = deployed(policy, before)
    newest_ns = max(engine.memory().stamps_ns.values())
    seconds = (TOSS_NS - newest_ns) * 1e-9
    early, last, first = (engine.peek(seconds + after) for after in (-2e-4, -1e-4, 1e-4))
    assert np.abs(first - last).max() > 10.0 * np.abs(last - early).max()


def test_the_coin_wants_true_time():
    with pytest.raises(ValueError, match='coin wants true time, but fixed_dt is set'):
        policy_of(coin=True, fixed_dt=0.01)
