"""The score of the BARN challenge (Xiao et al., IEEE Robotics & Automation Magazine 29, 2022)."""

MAX_SPEED = 2.0
"""m/s; the optimal time is that of the optimal path at this speed."""


def barn_metric(success: bool, time_s: float, optimal_length: float) -> float:
    """success T / clip(t, 2 T, 8 T), T = optimal_length / 2 m/s.

    At most 0.5, for t <= 2 T; 0.125 for a slow success; 0 for none.
    """
    optimal_s = optimal_length / MAX_SPEED
    return success * optimal_s / min(max(time_s, 2.0 * optimal_s), 8.0 * optimal_s)
