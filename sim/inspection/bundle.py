"""What a bundle is: its sensors, its network, how it was trained."""

from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from liquid_control.liquid import LTC
from liquid_control.policy import LtcSpec, load_bundle
from liquid_control.policy.bundle import read_bundle_file


def print_bundle(path: Path) -> None:
    """A table of the facts. Raises BundleError for a bundle that cannot be used."""
    policy, file = load_bundle(path), read_bundle_file(path)
    core, spec = policy.core, policy.spec
    table = Table(title=str(path), title_justify='left', show_header=False)
    for name, sensor in spec.sensors.items():
        table.add_row(f'sensor {name}', f'{list(sensor.shape)} to {sensor.features} features')
    table.add_row('network', f'{spec.network.type}, a state of {core.state_size} numbers')
    if isinstance(core, LTC) and isinstance(spec.network, LtcSpec):
        size = f'{core.state_size} neurons, {core.wiring.synapses} synapses'
        table.add_row('wiring', f'{spec.network.wiring.type}: {size}')
        table.add_row('solver', f'{spec.network.solver}, {spec.network.unfolds} unfolds')
    table.add_row('time scale', f'{spec.time_scale} per second')
    table.add_row('parameters', f'{sum(p.numel() for p in policy.parameters())}')
    if isinstance(core, LTC):
        with torch.no_grad():
            tau = policy.time_constants(torch.zeros(1, core.inputs), core.initial_state(1))[0]
        table.add_row('time constants', f'{tau.min():.3f} to {tau.max():.3f} s without input')
    action = spec.action
    table.add_row('action', f'{action.max_linear} m/s, {action.max_angular} rad/s at 1')
    for key, value in file.training.items():
        table.add_row(key, str(value))
    Console().print(table)
