"""Where the files that come with the package are: in the source tree or in the share folder."""

import sys
from pathlib import Path

from ament_index_python.packages import get_package_share_directory


def share() -> Path:
    """The folder with config/ and models/."""
    for folder in (
        Path(__file__).resolve().parents[1],
        Path(sys.prefix, 'share', 'liquid_control'),
    ):
        if (folder / 'package.xml').is_file():
            return folder
    return Path(get_package_share_directory('liquid_control'))
