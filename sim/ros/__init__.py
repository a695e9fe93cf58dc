"""The simulator's side of ROS 2: messages, parameters, pacing. The node itself is sim_node.py."""
