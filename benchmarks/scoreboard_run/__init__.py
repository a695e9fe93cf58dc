"""Networks that learn the same task from the same drives, and how they drive where time is bad.

plan        what is compared, from config/scoreboard.yaml
learning    one network on the drives: bundles, each once
pool        the drives that all learn from
driving     bundles and planners in suites of conditions
standings   means over training seeds, and how sure they are
page        the table and the picture
"""
