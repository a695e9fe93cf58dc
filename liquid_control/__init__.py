"""What runs on the robot: event time, the liquid policy, safe commands and the ROS 2 node.

Nothing here imports the simulator. Arrows go one way: nodes -> policy, stream, safety;
policy -> liquid, stream; nothing imports nodes.
"""
