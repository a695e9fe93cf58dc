"""Faults injected into a driving node over DDS and observed from outside of its process.

sensors     three sensors that can be made to misbehave
robot       the drive node as a process, with ears for everything it says
victim      that process: the drive node, and a topic that makes its policy fail
fault       one row of the table: injected, expected, observed
on_*        the faults themselves
"""
