"""What stands and moves in the world as visualization_msgs/Marker, for 3D views."""

import numpy as np

from liquid_control_sim.ros.kinds import BagKinds
from liquid_control_sim.ros.messages import WORLD_FRAME, Messages
from liquid_control_sim.tasks import Point
from liquid_control_sim.worlds import Box, Colour, Cylinder, Layout, Obstacle

_CUBE, _CYLINDER = 1, 3
_WALL = 0.1
_GREEN = (0.04, 0.54, 0.36)

_words = Messages(BagKinds())


def still_markers(stamp_ns: int, layout: Layout) -> object:
    """MarkerArray of the walls, the obstacles and the wet patches, [1 message]."""
    bodies: list[tuple[Obstacle, float]] = [(each, 1.0) for each in layout.obstacles]
    bodies += [(wall, 0.35) for wall in _walls(layout)]
    water = (0.35, 0.65, 0.9)
    bodies += [
        (Cylinder(each.x, each.y, each.radius, 0.01, water), 0.6) for each in layout.patches
    ]
    return _array(stamp_ns, 'world', bodies)


def moving_markers(
    stamp_ns: int, layout: Layout, movers: np.ndarray, target: Point | None, is_beacon: bool
) -> object:
    """MarkerArray of the movers, centres [n, 2], and of what the robot is to reach."""
    bodies: list[tuple[Obstacle, float]] = []
    if target is not None and is_beacon:
        look = layout.look
        beacon = Cylinder(*target, look.beacon_radius, look.beacon_height, look.beacon)
        bodies.append((beacon, 1.0))
    elif target is not None:
        bodies.append((Cylinder(*target, 0.3, 0.02, _GREEN), 0.7))
    for mover, (x, y) in zip(layout.movers, movers, strict=True):
        body = mover.body
        bodies.append((Cylinder(float(x), float(y), body.radius, body.height, body.colour), 1.0))
    return _array(stamp_ns, 'moving', bodies)


def _walls(layout: Layout) -> list[Box]:
    if layout.wall_height <= 0.0:
        return []
    (half_x, half_y), thick, paint = layout.half_size, _WALL, layout.look.wall
    high = layout.wall_height
    return [
        Box(sign * (half_x + thick), 0.0, 0.0, thick, half_y + 2 * thick, high, paint)
        for sign in (-1.0, 1.0)
    ] + [
        Box(0.0, sign * (half_y + thick), 0.0, half_x + 2 * thick, thick, high, paint)
        for sign in (-1.0, 1.0)
    ]


def _array(stamp_ns: int, namespace: str, bodies: list[tuple[Obstacle, float]]) -> object:
    return BagKinds.kind('visualization_msgs/msg/MarkerArray')(
        markers=[
            _marker(stamp_ns, namespace, number, body, alpha)
            for number, (body, alpha) in enumerate(bodies)
        ]
    )


def _marker(stamp_ns: int, namespace: str, number: int, body: Obstacle, alpha: float) -> object:
    kind = BagKinds.kind
    if isinstance(body, Box):
        shape, yaw = _CUBE, body.yaw
        size = (2 * body.half_length, 2 * body.half_width, body.height)
    else:
        shape, yaw, size = _CYLINDER, 0.0, (2 * body.radius, 2 * body.radius, body.height)
    place = _words.place(stamp_ns, WORLD_FRAME, (body.x, body.y, yaw))
    place.pose.position.z = body.height / 2
    return kind('visualization_msgs/msg/Marker')(
        header=place.header,
        ns=namespace,
        id=number,
        type=shape,
        action=0,
        pose=place.pose,
        scale=_vector(*size),
        color=_colour(body.colour, alpha),
        lifetime=kind('builtin_interfaces/msg/Duration')(sec=0, nanosec=0),
        frame_locked=False,
        points=[],
        colors=[],
        texture_resource='',
        texture=_no_texture(place.header),
        uv_coordinates=[],
        text='',
        mesh_resource='',
        mesh_file=_NO_MESH,
        mesh_use_embedded_materials=False,
    )


def _vector(x: float, y: float, z: float) -> object:
    return BagKinds.kind('geometry_msgs/msg/Vector3')(x=x, y=y, z=z)


def _colour(colour: Colour, alpha: float) -> object:
    red, green, blue = (float(value) for value in colour)
    return BagKinds.kind('std_msgs/msg/ColorRGBA')(r=red, g=green, b=blue, a=alpha)


_NOTHING = np.empty(0, np.uint8)
_NO_MESH = BagKinds.kind('visualization_msgs/msg/MeshFile')(filename='', data=_NOTHING)


def _no_texture(header: object) -> object:
    kind = BagKinds.kind('sensor_msgs/msg/CompressedImage')
    return kind(header=header, format='', data=_NOTHING)
