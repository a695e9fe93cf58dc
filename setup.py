"""The ROS 2 package (ament_python) and, through the same file, the pip package."""

from pathlib import Path

from setuptools import find_packages, setup

NAME = 'liquid_control'
SIMULATOR = 'liquid_control_sim'
SHARE = Path('share', NAME)

ROS = [
    'ros-kilted-diagnostic-msgs',
    'ros-kilted-geometry-msgs',
    'ros-kilted-lifecycle-msgs',
    'ros-kilted-nav-msgs',
    'ros-kilted-rclpy',
    'ros-kilted-rmw-fastrtps-cpp',
    'ros-kilted-rosgraph-msgs',
    'ros-kilted-sensor-msgs',
    'ros-kilted-std-msgs',
    'ros-kilted-std-srvs',
    'ros-kilted-visualization-msgs',
]

# torch brings it only with its CUDA build; its interpreter tests the GPU's kernels without a GPU.
TRITON = 'triton; platform_system == "Linux" and platform_machine in "x86_64 aarch64"'


def packages() -> list[str]:
    """Both import packages and their subpackages; sim/ is imported as liquid_control_sim."""
    simulator = [f'{SIMULATOR}.{name}' for name in find_packages('sim')]
    return [*find_packages(include=[NAME, f'{NAME}.*']), SIMULATOR, *simulator]


def shared(*folders: str) -> list[tuple[str, list[str]]]:
    """Every file below the folders, laid out below share/liquid_control as it is here."""
    files = [path for folder in folders for path in sorted(Path(folder).rglob('*'))]
    files = [path for path in files if path.is_file() and '__pycache__' not in path.parts]
    return [(str(SHARE / path.parent), [str(path)]) for path in files]


setup(
    name=NAME,
    version='0.1.0',
    description='Drives a robot with a Liquid Time-Constant policy on event time, over ROS 2',
    license='Apache-2.0',
    maintainer='liquid_control maintainers',
    maintainer_email='liquid-control@users.noreply.github.com',
    python_requires='>=3.10',
    packages=packages(),
    package_dir={SIMULATOR: 'sim'},
    package_data={SIMULATOR: ['**/*.xml', '**/*.html', '**/*.css']},
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (str(SHARE), ['package.xml']),
        *shared('launch', 'config', 'models'),
    ],
    zip_safe=False,
    install_requires=[
        'numpy',
        'numba',
        'PyYAML',
        'pydantic',
        'safetensors',
        'torch',
        'typing_extensions',
    ],
    extras_require={
        'ros': [*ROS, 'pillow'],
        'sim': [
            *('mujoco>=3.17,<4', 'gymnasium', 'jinja2', 'matplotlib', 'scipy', 'rich'),
            *('rosbags', 'av'),
        ],
        'train': ['tensorboard', 'rich', 'rosbags', 'optuna'],
        'ray': ['ray'],
        'dev': [
            *('pytest', 'pytest-xdist', 'hypothesis', 'ncps'),
            *('ruff', 'mypy', 'types-PyYAML', TRITON),
            *('mcap', 'mcap-ros2-support'),
        ],
    },
    entry_points={
        'console_scripts': [
            'drive_node = liquid_control.nodes.drive_node:main',
            'sim_node = liquid_control_sim.ros.sim_node:main',
            'liquid_control = liquid_control_sim.cli:main',
        ],
    },
)
