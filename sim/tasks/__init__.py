"""What the robot is to do: a small config each, and what start() makes of it for one episode."""

from typing import Annotated

from pydantic import Field

from liquid_control_sim.tasks.beacon import Beacon, Mode
from liquid_control_sim.tasks.cruise import Cruise
from liquid_control_sim.tasks.goal import Goal
from liquid_control_sim.tasks.task import Point, Pose, Task

TaskConfig = Annotated[Beacon | Goal | Cruise, Field(discriminator='type')]

__all__ = ['Beacon', 'Cruise', 'Goal', 'Mode', 'Point', 'Pose', 'Task', 'TaskConfig']
