"""The drive node from rclpy.init to the end of its process."""

import gc
import os
import threading
import traceback
from collections.abc import Sequence

import rclpy
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions

from liquid_control.nodes import memory
from liquid_control.nodes.lifecycle import DriveNode
from liquid_control.nodes.parameters import ParameterError

try:  # takes messages in their order of arrival, and costs half of what the standard one does
    from rclpy.experimental import EventsExecutor
except ImportError:  # before Kilted
    EventsExecutor = SingleThreadedExecutor

PATIENCE_S = 2.0  # for the callback that runs when the process is to end


def run(args: Sequence[str] | None, stop: threading.Event) -> int:
    """Drive until stop is set. Returns the exit code: see drive_node.main."""
    memory.keep()
    rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    try:
        return _spin(DriveNode(), stop)
    except ParameterError as error:
        get_logger('drive_node').fatal(str(error))
        return 1
    finally:
        rclpy.try_shutdown()


def _spin(node: DriveNode, stop: threading.Event) -> int:
    executor: Executor = EventsExecutor()
    executor.add_node(node)
    errors: list[str] = []

    def spin() -> None:
        try:
            while not stop.is_set():
                executor.spin_once(timeout_sec=0.1)  # its spin() keeps a core busy
        except Exception:  # noqa: BLE001 - told by the main thread
            errors.append(traceback.format_exc())
        stop.set()

    gc.collect()
    gc.freeze()  # a full collection would walk through all of torch and stall the robot's loop
    spinning = threading.Thread(target=spin, name='executor', daemon=True)
    spinning.start()
    stop.wait()
    node.halt()
    spinning.join(PATIENCE_S)
    if spinning.is_alive():
        node.get_logger().fatal('a callback hangs: the robot stands, the process ends without it')
        os._exit(1)
    for error in errors:
        node.get_logger().fatal(f'the executor raised:\n{error}')
    node.close()
    executor.shutdown()
    node.destroy_node()
    return 1 if errors else 0
