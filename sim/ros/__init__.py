"""The simulator as a ROS 2 node, and the demo around it."""
