"""The SROS 2 policy allows what the node has, and nothing else."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from liquid_control.messages.inputs import input_types, settings_class
from liquid_control.policy import CameraSpec, DepthSpec, GoalSpec, ImuSpec, LidarSpec, OdometrySpec

POLICY = Path(__file__).parents[2] / 'config' / 'security' / 'policy.xml'
ALWAYS = {'/parameter_events', '/rosout'}


@pytest.fixture
def profile():
    """Names by tag and access, as the graph has them."""
    root = ElementTree.parse(POLICY).getroot()
    found = next(p for p in root.iter('profile') if p.get('node') == 'drive_node')
    names = {}
    for group in found:
        for access in group.keys():  # noqa: SIM118 - an element is no dictionary
            for entry in group:
                name = entry.text.replace('~', '/drive_node')
                name = name if name.startswith('/') else f'/{name}'
                names.setdefault((entry.tag, access), set()).add(name)
    return names


def test_it_may_publish_what_it_publishes(rig, bundle, profile):
    rig.start(policy=bundle)
    rig.spin(1.0)
    topics = {
        name for name, _ in rig.node.get_publisher_names_and_types_by_node('drive_node', '/')
    }
    assert topics | ALWAYS == profile['topic', 'publish']


def test_it_may_answer_the_services_that_it_has(rig, bundle, profile):
    rig.start(policy=bundle)
    rig.spin(1.0)
    services = {
        name for name, _ in rig.node.get_service_names_and_types_by_node('drive_node', '/')
    }
    assert services == profile['service', 'reply']


def test_it_may_hear_every_topic_that_a_sensor_can_have(profile):
    specs = (LidarSpec(), ImuSpec(), CameraSpec(), DepthSpec(), OdometrySpec(), GoalSpec())
    topics = {'/clock', *ALWAYS}
    for spec in specs:
        for kind in input_types(spec):
            settings = settings_class(spec, kind)()
            topics |= {f'/{v}' for k, v in vars(settings).items() if k.endswith('topic')}
    assert topics == profile['topic', 'subscribe']
