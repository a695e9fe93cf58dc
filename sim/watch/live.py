"""A run in a window, at the wall's pace."""

import time
from collections.abc import Callable

from matplotlib import pyplot

from liquid_control_sim.watch.recording import Run
from liquid_control_sim.watch.view import DPI, SIZE, View

_FRAME_S = 0.05


class NoWindowError(RuntimeError):
    """There is no display to open a window on."""


def watch_live(run: Run, seconds: float) -> None:
    """Drive and show; returns when the window is closed. Raises NoWindowError."""
    try:
        figure = pyplot.figure(figsize=SIZE, dpi=DPI)
    except ImportError as error:
        raise NoWindowError(str(error)) from None
    if figure.canvas.required_interactive_framework is None:
        raise NoWindowError(f'matplotlib draws with {pyplot.get_backend()}, which has no windows')
    figure.canvas.manager.set_window_title(run.title)
    pyplot.show(block=False)
    canvas = figure.canvas

    def show() -> bool:
        canvas.blit(figure.bbox)
        canvas.flush_events()
        return pyplot.fignum_exists(figure.number)

    follow(run, seconds, View(run, figure), show)
    pyplot.show(block=True)


def follow(run: Run, seconds: float, view: View, show: Callable[[], bool]) -> None:
    """Drive, drawing every _FRAME_S. show: bring the canvas to the screen; False to stop."""
    began, shown = time.monotonic(), 0.0
    for moment in run.moments(seconds):
        view.add(moment)
        if moment.elapsed < shown:
            continue
        shown = moment.elapsed + _FRAME_S
        view.draw()
        time.sleep(max(0.0, began + moment.elapsed - time.monotonic()))
        if not show():
            return
