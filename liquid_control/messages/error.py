"""What every reader needs: the refusal, the header."""

from typing import Any

SHOWN = 48  # characters of a foreign string that a message repeats


class MessageError(Exception):
    """A message that is not a usable measurement; str() is the reason in one line."""


def stamp_ns(stamp: Any) -> int:
    """builtin_interfaces/Time in nanoseconds; 0 means that the sender set none."""
    return stamp.sec * 1_000_000_000 + stamp.nanosec


def check_frame(name: str, message: Any, wanted: str) -> None:
    """Raises MessageError if the message's frame is not the wanted one; '' wants any.

    name: what the message is, for the reason. A leading slash is of old and means nothing.
    """
    frame = message.header.frame_id
    if wanted and frame.lstrip('/') != wanted.lstrip('/'):
        raise MessageError(f'{name} is in frame {shown(frame)}, wanted {shown(wanted)}')


def shown(text: str) -> str:
    """A foreign string, quoted, on one line, of bounded length."""
    return repr(text[:SHOWN]) + ('...' if len(text) > SHOWN else '')
