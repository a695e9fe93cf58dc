"""What a policy is and what goes on inside it, for people who want to understand it.

bundle.py                        what a bundle is, in a table; no simulator
driven.py thoughts.py            an episode as evaluation drives it; the same from inside
wiring.py saliency.py            its synapses; what its answers hang on
silences.py changes.py           what happens when a sensor falls silent, or the world changes
inspection.py                    all of this, as numbers
axes.py wiring_figure.py drive_figure.py figures.py page.py page.html    all of this, to look at
"""
