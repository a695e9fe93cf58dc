"""A trained policy on disk: policy.json and weights.safetensors in a folder. Data, never code."""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from pydantic import Field
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from liquid_control.files import write_whole
from liquid_control.policy.policy import Policy
from liquid_control.policy.spec import PolicySpec
from liquid_control.schema import ConfigError, configured, plain, validated

VERSION = 2
MAX_BYTES = 256 * 2**20


class BundleError(ConfigError):
    """An unusable bundle; the message is one line: file, field, what it got and what it wants."""


@configured
class BundleFile:
    """policy.json.

    weights_sha256: of weights.safetensors, so that the two files belong together.
    training: how the weights came to be (command, seed, episodes, wall time); for people.
    """

    version: int
    spec: PolicySpec
    weights_sha256: str
    training: dict[str, Any] = Field(default_factory=dict)


def save_bundle(policy: Policy, path: str | Path, training: dict[str, Any]) -> None:
    """Write the bundle's folder; each of its files appears whole or not at all, see
    `write_whole`.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.detach().cpu().contiguous() for name, tensor in policy.state_dict().items()
    }
    weights = save_tensors(tensors)
    file = BundleFile(VERSION, policy.spec, hashlib.sha256(weights).hexdigest(), training)
    described = (json.dumps(plain(file), indent=2) + '\n').encode()
    write_whole({folder / 'weights.safetensors': weights, folder / 'policy.json': described})


def load_bundle(path: str | Path) -> Policy:
    """Read the bundle's folder into a policy on the CPU. Raises BundleError."""
    file = read_bundle_file(path)
    weights = _read(Path(path) / 'weights.safetensors')
    got = hashlib.sha256(weights).hexdigest()
    if got != file.weights_sha256:
        raise BundleError(
            f'{Path(path) / "policy.json"}: weights_sha256 is {file.weights_sha256[:12]}..., but '
            f'weights.safetensors has {got[:12]}...; one of the two files is damaged or not of '
            'this bundle'
        )
    try:
        tensors = load_tensors(weights)
    except SafetensorError as error:
        raise BundleError(
            f'{Path(path) / "weights.safetensors"}: not readable as safetensors: {error}'
        ) from None
    try:
        policy = Policy(file.spec)
    except ValueError as error:
        raise BundleError(f'{Path(path) / "policy.json"}: spec: {error}') from None
    _check_tensors(policy, tensors, Path(path))
    policy.load_state_dict(tensors)
    return policy.eval()


def read_bundle_file(path: str | Path) -> BundleFile:
    """policy.json alone, without the weights. Raises BundleError."""
    source = Path(path) / 'policy.json'
    text = _read(source)
    try:
        data = json.loads(text)
    except ValueError as error:
        raise BundleError(f'{source}: not readable as JSON: {error}') from None
    version = data.get('version') if isinstance(data, dict) else None
    if version != VERSION:
        raise BundleError(
            f'{source}: version is {version!r}, but this release reads version {VERSION}'
        )
    try:
        return validated(BundleFile, data, str(source))
    except ConfigError as error:
        raise BundleError(str(error)) from None


def _check_tensors(policy: Policy, tensors: dict[str, torch.Tensor], path: Path) -> None:
    expected = policy.state_dict()
    for name in sorted(expected.keys() | tensors.keys()):
        wanted = list(expected[name].shape) if name in expected else 'no such tensor'
        got = list(tensors[name].shape) if name in tensors else 'no such tensor'
        if wanted != got:
            part, _, rest = name.partition('.')
            sensor = rest.split('.')[0]
            field = f'spec.sensors.{sensor}' if part == 'encoders' else 'spec.network'
            raise BundleError(
                f'{path / "policy.json"}: {field} wants {name} of shape {wanted}, '
                f'but weights.safetensors holds {got}. Was the bundle edited by hand?'
            )
        if not torch.isfinite(tensors[name]).all():
            raise BundleError(
                f'{path / "weights.safetensors"}: {name} holds values that are not finite'
            )
        if not tensors[name].is_floating_point() and not tensors[name].equal(expected[name]):
            raise BundleError(
                f'{path / "weights.safetensors"}: {name} are not the synapses of '
                'spec.network.wiring'
            )


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BundleError(f'{path}: {size} bytes, but a bundle file has at most {MAX_BYTES}')
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f'{path}: {error.strerror}') from None
