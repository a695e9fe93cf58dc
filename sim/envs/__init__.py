"""The simulation as a Gymnasium environment.

event        one step is one delivered message
observation  what has been delivered, as an observation
reward       how much of the task the last step has done
"""

from liquid_control_sim.envs.event import DriveEnv
from liquid_control_sim.envs.observation import Observation

__all__ = ['DriveEnv', 'Observation']
