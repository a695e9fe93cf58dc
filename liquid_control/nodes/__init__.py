"""The ROS 2 side: the drive node, and what turns its messages and parameters into plain values.

Without rclpy:
    pilot, helm         measurements to a target, the target to a command
    frozen, heartbeat, meter    what repeats itself, what beats, what is observed
With it:
    parameters, settings, guarding    declared, described, ranged; read as frozen values
    names               which other sensors' parameters may be given, too
    assembly            all of a drive that can fail, before anything is on the node
    ros_time, serialised    the clock of the stamps; messages as they come over the wire
    drive               what a configured node holds: intake, subscriptions, outputs, heartbeat
    lifecycle           the node: states, services, parameters that change
    process, drive_node, memory    the process: its executor, its signals, its end
    diagnostics, complaints    what /diagnostics and the log say

Import from the modules: this package stays empty so that the parts without ROS load without it.
"""
