"""The metrics of an evaluation: what each is called, means, and how it is written."""

from typing import NamedTuple


class Metric(NamedTuple):
    """key: in summaries. form: of a value. definition: whole sentences, for readers."""

    key: str
    title: str
    form: str
    definition: str


METRICS = (
    Metric(
        'success_rate',
        'success',
        '{:.0%}',
        'Share of the episodes in which the task was done before its timeout and nothing was hit.',
    ),
    Metric(
        'collision_rate',
        'collision',
        '{:.0%}',
        'Share of the episodes that ended because the body touched something other than the '
        'floor.',
    ),
    Metric(
        'timeout_rate',
        'timeout',
        '{:.0%}',
        'Share of the rest: neither done in time nor hit anything.',
    ),
    Metric(
        'spl',
        'SPL',
        '{:.2f}',
        'Success weighted by path length (Anderson et al. 2018): mean of S l / max(l, d), with '
        'S = 1 for success else 0, l the length of the shortest way, d the way driven. 1 is best.',
    ),
    Metric(
        'barn_metric',
        'BARN metric',
        '{:.3f}',
        'Mean of S T / clip(t, 2 T, 8 T), with T the shortest way at 2 m/s and t the time taken '
        '(Xiao et al. 2022). 0.5 is best. Only where the world says how long its shortest way is.',
    ),
    Metric('mean_time_s', 'time', '{:.1f} s', 'Mean length of all episodes, whatever their end.'),
    Metric('mean_distance_m', 'way', '{:.1f} m', 'Mean of the way driven.'),
    Metric(
        'mean_clearance_m',
        'clearance',
        '{:.2f} m',
        "Mean of each episode's least gap between the body and anything, to 3 cm. 0 is a touch.",
    ),
    Metric(
        'mean_impact_mps',
        'impact',
        '{:.2f} m/s',
        'Mean of how fast the robot itself moved when it touched something, of the episodes in '
        'which it did. Who walks into a robot that stands adds 0.',
    ),
    Metric(
        'mean_jerk',
        'jerk',
        '{:.1f} m/s³',
        "Mean of each episode's root mean square of the forward speed's second derivative, from "
        'differences over 0.1 s. Low is smooth.',
    ),
    Metric(
        'mean_reaction_s',
        'reaction',
        '{:.2f} s',
        'Mean time from the arrival of the first scan, measured after an obstacle came out into '
        'the open, in which a beam ends on it, to the first command whose forward speed is below '
        '70 % of what was commanded before. The command is the one the motors get, after the '
        'limits of acceleration. Counted where 0.2 m/s or more were commanded and the braking '
        'came within 2 s; whoever drives round an obstacle without braking has no reaction time.',
    ),
)

BRAKED_FOR = (
    'How many of the obstacles that a scan has shown were braked for. The others were driven '
    'round, or hit.'
)
INTERVAL = (
    'Where the true value lies, as far as so few episodes can tell: an interval that contains it '
    "in 95 of 100 such evaluations. Of rates Wilson's, of means the bootstrap's (2000 resamples "
    'of the episodes). Two drivers whose intervals overlap may well be equally good.'
)
INFERENCE = (
    'Milliseconds from one message to the wanted velocity, for one robot and one thread: the time '
    'that half (p50) and 99 of 100 (p99) of the messages stay below. It depends on the machine '
    'and on what else ran there. A planner thinks anew every 30 ms only.'
)
