"""Colours and letters of all pictures."""

from matplotlib.axes import Axes

INK, PAPER, FLOOR, GRID = '#22303c', '#ffffff', '#f3f1ec', '#dfe3e6'
BEACON, GOAL = '#d7263d', '#0b8a5b'
LIDAR, CAMERA = '#0e8a9d', '#7b4fa3'
COMMANDED, DRIVEN, WANTED = '#1f5fa8', '#e07b1a', '#8f9aa3'
WATER = '#8fc4e8'
SPEEDS = 'viridis'

SENSOR_COLOURS = {
    'lidar': LIDAR,
    'imu': INK,
    'camera': CAMERA,
    'odometry': '#b4651e',
    'goal': GOAL,
}


def plain_axes(axes: Axes, label: str = '') -> None:
    """Thin lines, a light grid, small grey numbers. label: of the y axis."""
    axes.set_facecolor(PAPER)
    for side in ('top', 'right'):
        axes.spines[side].set_visible(False)
    for side in ('left', 'bottom'):
        axes.spines[side].set_color('#a9b3bb')
    axes.grid(True, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors='#55636e', labelsize=8.5, length=3)
    axes.set_ylabel(label, color=INK, fontsize=9.5)
