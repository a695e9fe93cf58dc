import itertools
import time

from liquid_control.nodes.heartbeat import Heartbeat


def test_it_beats_until_it_is_stopped():
    beats = []
    heartbeat = Heartbeat(lambda: beats.append(0), print, period_s=0.01)
    heartbeat.start()
    time.sleep(0.25)
    heartbeat.stop()
    count = len(beats)
    assert 10 <= count <= 27
    time.sleep(0.05)
    assert len(beats) == count


def test_a_beat_that_raises_is_told_and_the_next_one_comes():
    errors = []

    def beat():
        raise ValueError('no')

    heartbeat = Heartbeat(beat, errors.append, period_s=0.01)
    heartbeat.start()
    time.sleep(0.1)
    heartbeat.stop()
    assert len(errors) > 2
    assert str(errors[0]) == 'no'


def test_it_beats_while_another_thread_computes():
    beats = []
    heartbeat = Heartbeat(lambda: beats.append(time.monotonic()), print, period_s=0.01)
    heartbeat.start()
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        pass
    heartbeat.stop()
    pauses = [after - before for before, after in itertools.pairwise(beats)]
    assert max(pauses) < 0.15
