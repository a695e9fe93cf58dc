"""From recorded drives to a bundle: imitation of the expert, in runs that can be resumed.

run                      the run in its folder, round after round
collect, episode         records drives
batches, imitation       cuts them into windows, learns from them
checkpoint               remembers how far the run is
config, seeds            what a run is made of, and which worlds belong to it
"""
