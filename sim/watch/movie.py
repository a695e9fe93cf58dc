"""A recorded run as a film: MP4, H.264."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from liquid_control_sim.watch.recording import Recording
from liquid_control_sim.watch.view import DPI, SIZE, View

FPS = 20


def write_movie(path: Path, recording: Recording) -> None:
    """1280 x 720 pixels, FPS frames for each second of the run."""
    with av.open(str(path), 'w', options={'movflags': 'faststart'}) as container:
        stream = container.add_stream('libx264', rate=FPS)
        stream.width, stream.height = (round(side * DPI) for side in SIZE)
        stream.pix_fmt = 'yuv420p'
        stream.options = {'preset': 'veryfast', 'crf': '21'}
        for number, picture in enumerate(_pictures(recording)):
            frame = av.VideoFrame.from_ndarray(picture, format='rgba')
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _pictures(recording: Recording) -> Iterator[np.ndarray]:
    """uint8 [height, width, 4], at a steady rhythm."""
    figure = Figure(figsize=SIZE, dpi=DPI)
    canvas = FigureCanvasAgg(figure)
    view = View(recording.run, figure)
    shown = 0
    for moment in recording.moments:
        view.add(moment)
        if moment.elapsed * FPS >= shown:
            shown += 1
            view.draw()
            yield np.asarray(canvas.buffer_rgba())
