"""What hangs in the air between a sensor and the world: fog and rain."""

import numpy as np

_STREAK_COVER = 0.35
_STREAK_SLANT = 0.3


def extinction(visibility: float) -> float:
    """Share of light lost per metre, at this visibility in metres.

    Beer-Lambert: a path d lets exp(-extinction * d) pass. Visibility is the distance at which a
    black thing keeps 5 % of its contrast against the fog (Koschmieder; WMO-No. 8, chapter 9).
    """
    return float(np.log(20.0) / visibility)


class Rain:
    """Streaks in an image, slanted by the wind of the episode.

    streaks: how many an image shows in the mean. colour: theirs, RGB in the image's units.
    """

    def __init__(self, streaks: float, colour: np.ndarray, rng: np.random.Generator) -> None:
        self._streaks, self._colour, self._rng = streaks, colour, rng
        self._slant = rng.uniform(-_STREAK_SLANT, _STREAK_SLANT)

    def fall(self, image: np.ndarray) -> None:
        """Draw this moment's streaks into the image, float [height, width, 3]."""
        height, width = image.shape[:2]
        count = self._rng.poisson(self._streaks)
        rows = self._rng.uniform(-height / 6, height, (count, 1))
        columns = self._rng.uniform(0.0, width, (count, 1))
        lengths = self._rng.uniform(height / 12, height / 5, (count, 1))
        along = np.arange(height // 5)
        rows = np.floor(rows + along).astype(int)
        columns = np.floor(columns + self._slant * along).astype(int)
        seen = (along < lengths) & (rows >= 0) & (rows < height) & (columns >= 0)
        seen &= columns < width
        places = rows[seen], columns[seen]
        image[places] += _STREAK_COVER * (self._colour - image[places])
