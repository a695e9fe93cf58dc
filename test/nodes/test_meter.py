import math

from liquid_control.nodes.meter import Meter, Window, percentiles

MS = 1_000_000


def test_a_window_holds_the_last_numbers():
    window = Window(length=3)
    for value in (1.0, 2.0, 3.0, 4.0):
        window.add(value)
    assert sorted(window.values()) == [2.0, 3.0, 4.0]


def test_percentiles_of_nothing_are_no_numbers():
    assert all(math.isnan(value) for value in percentiles(Window().values()))


def test_the_rate_falls_to_zero_when_messages_stop():
    meter = Meter()
    for ms in range(0, 4000, 50):
        meter.receive(ms * MS)
    assert meter.rate(4000 * MS) == 19.5
    assert meter.rate(9000 * MS) == 0.0


def test_a_rejection_is_counted_with_its_reason():
    meter = Meter()
    meter.reject('too short')
    meter.reject('too long')
    assert (meter.rejected, meter.rejection) == (2, 'too long')
