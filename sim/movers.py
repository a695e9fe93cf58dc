"""What moves in the world besides the robot."""

import numpy as np

from liquid_control_sim.physics import Physics, Pose
from liquid_control_sim.worlds import Layout


class Moving:
    """The movers of one episode on their courses.

    places: centres, metres [n, 2]. velocities: m/s [n, 2]. radii: metres [n].
    entered_at: when each came out into the robot's way, seconds after the start, else None; [n].
    """

    def __init__(self, layout: Layout, physics: Physics, rng: np.random.Generator) -> None:
        self._physics = physics
        self._motions = [
            mover.course.start(layout, stream)
            for mover, stream in zip(layout.movers, rng.spawn(len(layout.movers)), strict=True)
        ]
        bodies = [mover.body for mover in layout.movers]
        self.radii = np.array([body.radius for body in bodies])
        self.places = np.array([(body.x, body.y) for body in bodies]).reshape(-1, 2)
        self.velocities = np.zeros_like(self.places)
        self._elapsed = 0.0
        self._place()

    @property
    def entered_at(self) -> list[float | None]:
        return [motion.entered_at for motion in self._motions]

    def step(self, elapsed: float, robot: Pose, speed: float) -> None:
        """Bring all to where they are so many seconds after the start."""
        if not self._motions:
            return
        places = np.array([motion.at(elapsed, robot, speed) for motion in self._motions])
        if elapsed > self._elapsed:
            self.velocities = (places - self.places) / (elapsed - self._elapsed)
        self.places, self._elapsed = places, elapsed
        self._place()

    def clearance(self, points: np.ndarray) -> np.ndarray:
        """Metres from points [..., 2] to the nearest mover, infinite without one."""
        points = np.asarray(points, dtype=float)
        if not len(self.radii):
            return np.full(points.shape[:-1], np.inf)
        offset = points[..., None, :] - self.places
        return (np.hypot(offset[..., 0], offset[..., 1]) - self.radii).min(-1)

    def _place(self) -> None:
        for index, (x, y) in enumerate(self.places):
            self._physics.place_mover(index, x, y)
