"""The ROS 2 side: the drive node, and what turns its messages and parameters into plain values.

    inputs + messages   which topic feeds which sensor, ROS messages to arrays      (no rclpy)
    pilot               measurements in, commands out: the robot's loop             (no rclpy)
    parameters          declared, described, ranged; read as frozen values
    drive               what a configured node holds; wires clocks and topics to the pilot
    drive_node          the lifecycle, the process, its signals
    meter, diagnostics  what is observed, and how /diagnostics says it

Import from the modules: this package stays empty so that the parts without ROS load without it.
"""
