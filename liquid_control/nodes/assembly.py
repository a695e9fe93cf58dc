"""Everything of a drive that can fail is put together here, before anything is on the node."""

from dataclasses import dataclass

import numpy as np
import torch

from liquid_control.messages.inputs import Feed, Input, build_input, build_scan_feed
from liquid_control.nodes.helm import Helm
from liquid_control.nodes.parameters import ParameterError
from liquid_control.nodes.pilot import Pilot
from liquid_control.nodes.settings import Settings
from liquid_control.policy import Engine, LidarSpec, Policy, PolicySpec, load_bundle
from liquid_control.safety import Guard, Limiter, Source, Watchdog, rehearse
from liquid_control.stream import Event, Step, Timeline

GUARD_SOURCE = 'guard.source'


@dataclass(frozen=True)
class Assembly:
    """What a Drive is made of. guard_feed: the guard's own scan, if it has one."""

    settings: Settings
    pilot: Pilot
    inputs: dict[str, Input]
    guard_feed: Feed | None

    @property
    def hearing(self) -> str:
        """Who is heard, and on which topics; and who is not, though the parameters name it."""
        topics = {
            name: ', '.join(feed.topic for feed in entry.feeds)
            for name, entry in self.inputs.items()
        }
        heard = ', '.join(f'{name} ({topic})' for name, topic in topics.items())
        unheard = ', '.join(self.settings.unheard)
        return f'listens to {heard}' + (
            f'; this policy does not hear {unheard}' if unheard else ''
        )


def assemble(settings: Settings) -> Assembly:
    """Load the bundle and build what runs it. Raises BundleError or ParameterError."""
    policy = load_bundle(settings.policy)
    inputs = build_inputs(policy.spec, settings)
    source = settings.guard_source
    feed = build_scan_feed(source.kind, source.reads) if source else None
    return Assembly(settings, build_pilot(policy, settings), inputs, feed)


def build_inputs(spec: PolicySpec, settings: Settings) -> dict[str, Input]:
    """By sensor. Raises ParameterError."""
    inputs = {}
    for name, sensor in spec.sensors.items():
        chosen = settings.sensors[name]
        try:
            inputs[name] = build_input(sensor, chosen.kind, chosen.reads)
        except ValueError as error:
            raise ParameterError(f'parameter {name}: {error}') from None
    return inputs


def build_pilot(policy: Policy, settings: Settings) -> Pilot:
    """Put a policy behind event time, and the helm behind it; the first, slow steps are here.

    Raises ParameterError for a device that is not there. One thread is enough for one robot; more
    would fight with the other processes.
    """
    torch.set_num_threads(1)
    try:
        engine = Engine(policy, rules=settings.rules, device=settings.device)
    except (RuntimeError, ValueError) as error:
        raise ParameterError(f'parameter device: {str(error).splitlines()[0]}') from None
    for sensor, spec in policy.spec.sensors.items():
        features = engine.encode(sensor, np.zeros((1, *spec.shape), spec.dtype))[0]
        engine.drive(Step(Event(0, sensor, features), dt=0.0, reset=True))
        engine.drive(Step(Event(0, sensor, features), dt=0.01))
    engine.reset()
    rehearse()
    watchdog = Watchdog(watched(settings), settings.stall_timeout)
    guard = Guard(settings.guard, guard_sources(policy.spec, settings))
    pilot = Pilot(
        engine, Timeline(settings.rules), Helm(watchdog, Limiter(settings.limits), guard)
    )
    pilot.compensates = settings.compensate_latency
    return pilot


def watched(settings: Settings) -> dict[str, Source]:
    """What the watchdog watches, by sensor."""
    return {name: sensor.source for name, sensor in settings.sensors.items()}


def guard_sources(spec: PolicySpec, settings: Settings) -> dict[str, float]:
    """Every source of the guard and after how many seconds its picture is too old.

    The guard stops hard. Where the watchdog knows of the same silence, it has the time to bring
    the robot to a stand within the limits first.
    """
    braking_s = settings.limits.braking_s
    sources = {
        name: settings.sensors[name].source.timeout_s
        + (braking_s if settings.sensors[name].source.required else 0.0)
        for name, sensor in spec.sensors.items()
        if isinstance(sensor, LidarSpec)
    }
    if settings.guard_source:
        sources[GUARD_SOURCE] = settings.guard_source.source.timeout_s
    return sources
