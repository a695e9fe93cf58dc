"""For all tests: examples that are the same on every machine, and processes that start fast."""

import os
import sys

import hypothesis

hypothesis.settings.register_profile('repeatable', derandomize=True, deadline=None)
hypothesis.settings.load_profile('repeatable')

# Many tests start processes. Each would compile torch and what else it imports anew where the
# environment forbids to keep what was compiled: half of the time that starting takes.
os.environ.pop('PYTHONDONTWRITEBYTECODE', None)
sys.dont_write_bytecode = False
