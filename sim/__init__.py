"""The simulator: worlds, asynchronous sensors, Gymnasium environments, training, evaluation.

gymnasium.make('liquid_control_sim:Drive-v0')                      one step is one message
gymnasium.make('liquid_control_sim:SyncDrive-v0', rate=20.0)       one step is 1/20 s
gymnasium.make_vec('liquid_control_sim:Drive-v0', num_envs=16)     16 of them on all cores
"""

from gymnasium.envs.registration import register, registry

_ENVS = 'liquid_control_sim.envs'

for _name, _env, _vector in (
    ('Drive-v0', 'event:DriveEnv', 'vector:event_vector'),
    ('SyncDrive-v0', 'synchronous:SyncDriveEnv', 'vector:sync_vector'),
):
    if _name not in registry:
        register(
            _name,
            entry_point=f'{_ENVS}.{_env}',
            vector_entry_point=f'{_ENVS}.{_vector}',
            disable_env_checker=True,
        )
