"""A moving picture of a run: the world from above, what the robot senses, what it thinks and does.

Only what moves is drawn for each frame, over a picture of what does not.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon

from liquid_control_sim.physics import Pose
from liquid_control_sim.sensors import Message
from liquid_control_sim.watch.dials import Dials
from liquid_control_sim.watch.plan import darker, draw_plan, footprint, nose, target_colour
from liquid_control_sim.watch.recording import Moment, Run
from liquid_control_sim.watch.series import Series
from liquid_control_sim.watch.style import COMMANDED, INK, LIDAR, PAPER

SIZE = (12.8, 7.2)
"""Inches; 1280 x 720 pixels at DPI."""
DPI = 100

_MAP = (0.15, 0.62, 7.0, 5.75)
_TRACK_S = 3.0


class View:
    """Draws on a figure whose canvas is one of Agg's.

    view = View(run, figure)
    for moment in run.moments(seconds):
        view.add(moment)
        view.draw()      # as often as a picture is wanted
    """

    def __init__(self, run: Run, figure: Figure) -> None:
        self._run, self._figure = run, figure
        self._series = Series()
        self._last: Moment | None = None
        figure.set_facecolor(PAPER)
        self._axes = _place(figure, _MAP)
        draw_plan(self._axes, run.layout)
        self._dials = Dials(figure, run.config)
        self._moving: list[Any] = [*self._make_plan(), *self._dials.artists]
        for artist in self._moving:
            artist.set_animated(True)
        figure.text(0.012, 0.965, run.title, color=INK, fontsize=12, va='center')
        self._draw_legend()
        figure.canvas.mpl_connect('draw_event', self._keep_background)
        self._background: Any = None

    def add(self, moment: Moment) -> None:
        """Go on to this moment."""
        self._series.add(moment)
        self._last = moment
        event = moment.message.event
        if event.sensor == 'lidar':
            self._points.set_data(*self._hits(moment.message).T)
        if event.sensor == 'camera':
            self._dials.show_image(event.value)

    def draw(self) -> None:
        """Bring the canvas to the last moment."""
        canvas: Any = self._figure.canvas
        if self._background is None:
            canvas.draw()
        if self._last is not None:
            self._move(self._last)
            self._dials.move(self._series, self._last)
        canvas.restore_region(self._background)
        for artist in self._moving:
            self._figure.draw_artist(artist)

    def _make_plan(self) -> list[Any]:
        """What moves on the plan, from below to above."""
        axes, config = self._axes, self._run.config
        colour = target_colour(config.task.type)
        (self._way,) = axes.plot([], [], color=COMMANDED, lw=2.2, solid_capstyle='round')
        (self._points,) = axes.plot([], [], 'o', color=LIDAR, ms=2.2, mew=0)
        reach = getattr(config.task, 'reach', 0.5)
        self._target = [
            Circle((0, 0), reach, facecolor=colour, alpha=0.12),
            Circle((0, 0), reach, fill=False, edgecolor=colour, lw=1.2, ls=(0, (4, 3))),
            Circle((0, 0), 0.15, facecolor=colour, edgecolor='white', lw=1.2),
        ]
        movers = self._run.layout.movers
        self._tracks = [
            axes.plot([], [], color=darker(mover.body.colour), lw=1.4, ls=(0, (1, 1.2)))[0]
            for mover in movers
        ]
        self._movers = [
            Circle((0, 0), each.body.radius, fc=each.body.colour, ec=darker(each.body.colour))
            for each in movers
        ]
        self._body = Polygon(np.zeros((4, 2)), facecolor=INK, edgecolor='white', lw=0.8)
        self._nose = Polygon(np.zeros((3, 2)), color='white')
        (self._done,) = axes.plot([], [], 'o', color=colour, ms=7, alpha=0.55)
        (self._bumps,) = axes.plot([], [], 'x', color='black', ms=13, mew=3.2)
        for patch in (*self._target, *self._movers, self._body, self._nose):
            axes.add_patch(patch)
        below = [*self._target, self._done, self._way, self._points, *self._tracks]
        return [*below, *self._movers, self._body, self._nose, self._bumps]

    def _move(self, moment: Moment) -> None:
        series = self._series
        poses = np.array([*series.poses[::3], moment.pose])
        self._way.set_data(poses[:, 0], poses[:, 1])
        for patch in self._target:
            patch.set_visible(moment.target is not None)
            patch.center = moment.target or (0.0, 0.0)
        recent = np.array(series.movers[series.since(moment.elapsed - _TRACK_S)])
        for index, (body, track) in enumerate(zip(self._movers, self._tracks, strict=True)):
            body.center = moment.movers[index]
            track.set_data(*recent[:, index].T)
        robot = self._run.config.robot
        self._body.set_xy(footprint(robot, moment.pose))
        self._nose.set_xy(nose(robot, moment.pose))
        self._done.set_data(*_columns([place for _, place in series.reached]))
        self._bumps.set_data(*_columns([place for _, place in series.bumps]))

    def _hits(self, message: Message) -> np.ndarray:
        """Where the beams of a scan ended, in the world [n, 2]."""
        config = self._run.config
        lidar = config.sensors.lidar
        assert lidar is not None
        seen = np.isfinite(message.event.value)
        ranges, angles = message.event.value[seen], lidar.angles[seen]
        x, y, _ = config.robot.lidar_position
        points = np.stack([x + ranges * np.cos(angles), y + ranges * np.sin(angles)], axis=1)
        return _to_world(points, self._pose_at(message.measured_s))

    def _pose_at(self, time: float) -> Pose:
        """Between the two poses around it."""
        series = self._series
        index = len(series.times) - 1
        while index > 0 and series.times[index] > time:
            index -= 1
        if index + 1 == len(series.times):
            return series.poses[index]
        (x, y, yaw), after = series.poses[index], series.poses[index + 1]
        share = (time - series.times[index]) / (series.times[index + 1] - series.times[index])
        share = min(max(share, 0.0), 1.0)
        turn = (after[2] - yaw + np.pi) % (2 * np.pi) - np.pi
        return x + share * (after[0] - x), y + share * (after[1] - y), yaw + share * turn

    def _draw_legend(self) -> None:
        config, layout = self._run.config, self._run.layout
        handles = [
            Line2D([], [], ls='none', marker='s', color=INK, ms=9, label='robot'),
            Line2D([], [], color=COMMANDED, lw=2.2, label='way driven'),
        ]
        if config.sensors.lidar is not None:
            handles.append(Line2D([], [], ls='none', marker='o', color=LIDAR, ms=4, label='LiDAR'))
        if config.task.type != 'cruise':
            colour = target_colour(config.task.type)
            name = config.task.type
            handles.append(Line2D([], [], ls='none', marker='o', color=colour, ms=8, label=name))
        if layout.movers:
            body = layout.movers[0].body
            label = 'moves, and its last 3 s'
            dots = Line2D([], [], color=darker(body.colour), ls=(0, (1, 1.2)), label=label)
            dots.set(marker='o', markersize=8, markerfacecolor=body.colour)
            handles.append(dots)
        if layout.patches:
            water = Line2D([], [], ls='none', marker='o', color='#8fc4e8', ms=9, label='slippery')
            handles.append(water)
        self._figure.legend(
            handles=handles,
            loc='center',
            bbox_to_anchor=(3.65 / SIZE[0], 0.32 / SIZE[1]),
            ncols=len(handles),
            frameon=False,
            fontsize=10,
            labelcolor=INK,
        )

    def _keep_background(self, _: object) -> None:
        canvas: Any = self._figure.canvas
        self._background = canvas.copy_from_bbox(self._figure.bbox)


def _place(figure: Figure, inches: tuple[float, float, float, float]) -> Axes:
    left, bottom, width, height = inches
    return figure.add_axes((left / SIZE[0], bottom / SIZE[1], width / SIZE[0], height / SIZE[1]))


def _to_world(points: np.ndarray, pose: Pose) -> np.ndarray:
    x, y, yaw = pose
    turn = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    return points @ turn + (x, y)


def _columns(places: list[tuple[float, float]]) -> np.ndarray:
    return np.array(places).reshape(-1, 2).T
