"""Property tests try the same examples on every machine, however slow it is."""

import hypothesis

hypothesis.settings.register_profile('repeatable', derandomize=True, deadline=None)
hypothesis.settings.load_profile('repeatable')
