"""Where the files that come with the package are."""

import sys
from pathlib import Path


def share() -> Path:
    """The folder with config/ and models/: the source tree, pip's share folder, or colcon's."""
    for folder in (
        Path(__file__).resolve().parents[1],
        Path(sys.prefix, 'share', 'liquid_control'),
    ):
        if (folder / 'package.xml').is_file():
            return folder
    from ament_index_python.packages import get_package_share_directory  # only ROS has it

    return Path(get_package_share_directory('liquid_control'))
