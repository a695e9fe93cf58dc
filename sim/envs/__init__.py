"""The simulation as Gymnasium environments.

event        one step is one delivered message
synchronous  one step is a fixed time
vector       many of one of them, on all cores
share        those of them that one process steps
observation  what has been delivered, as an observation
reward       how much of the task the last step has done
"""

from liquid_control_sim.envs.event import DriveEnv
from liquid_control_sim.envs.observation import Observation
from liquid_control_sim.envs.synchronous import SyncDriveEnv
from liquid_control_sim.envs.vector import DriveVectorEnv

__all__ = ['DriveEnv', 'DriveVectorEnv', 'Observation', 'SyncDriveEnv']
