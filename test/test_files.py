"""A file is there whole or not at all, and those that belong together come together."""

import os

import pytest

from liquid_control.files import write_whole


@pytest.fixture
def pair(tmp_path):
    files = {tmp_path / 'a': b'old a', tmp_path / 'b': b'old b'}
    write_whole(files)
    return list(files)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_are_replaced(pair, tmp_path):
    write_whole({pair[0]: b'new', pair[1]: b''})
    assert contents(tmp_path) == {'a': b'new', 'b': b''}


def test_no_file_is_touched_before_all_are_on_disk(pair, tmp_path, monkeypatch):
    flushed = []

    def full_disk(number):
        flushed.append(number)
        if len(flushed) == 2:
            raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'fsync', full_disk)
    with pytest.raises(OSError, match='No space'):
        write_whole({pair[0]: b'new a', pair[1]: b'new b'})
    assert contents(tmp_path) == {'a': b'old a', 'b': b'old b'}


def test_what_a_dead_process_left_is_written_over(pair, tmp_path):
    (tmp_path / 'a.part').write_bytes(b'much longer than what is to be written')
    write_whole({pair[0]: b'short'})
    assert contents(tmp_path) == {'a': b'short', 'b': b'old b'}
