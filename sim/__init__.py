"""The simulator: worlds, asynchronous sensors, a Gymnasium environment, training, evaluation.

gymnasium.make('liquid_control_sim:Drive-v0')
"""

from gymnasium.envs.registration import register, registry

if 'Drive-v0' not in registry:
    register('Drive-v0', entry_point='liquid_control_sim.envs:DriveEnv', disable_env_checker=True)
