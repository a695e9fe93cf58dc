"""The state of a simulated run as a diagnostic_msgs/DiagnosticStatus."""

import math

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from liquid_control_sim.ros.episode import Episode


def status(episode: Episode, figures: dict[str, float]) -> DiagnosticStatus:
    """The run so far. figures: what is known besides, by name."""
    simulation = episode.simulation
    x, y = simulation.task.target or (math.nan, math.nan)
    values = {
        'seed': episode.seed,
        'elapsed_s': simulation.elapsed,
        'reached': len(simulation.task.reached),
        'collisions': simulation.collisions,
        'distance_m': simulation.distance_m,
        'target_x': x,
        'target_y': y,
        **figures,
    }
    return DiagnosticStatus(
        level=DiagnosticStatus.WARN if simulation.in_collision else DiagnosticStatus.OK,
        name='simulation',
        message='in collision' if simulation.in_collision else _progress(episode),
        hardware_id='simulation',
        values=[KeyValue(key=key, value=f'{value:.10g}') for key, value in values.items()],
    )


def _progress(episode: Episode) -> str:
    task = episode.simulation.task
    if not task.finished:
        return 'running'
    return 'succeeded' if task.succeeded else 'failed'
