"""From recorded drives to a bundle: imitation of the expert, then trial and error, in runs that
can be resumed.

run                      the run in its folder, round after round
ranks, board             many processes that learn as one, and what only one of them writes
tune                     many runs, to find out which settings train best
collect, sight, episode  records drives, and what the expert says who sees no more than the policy
batches, imitation       cuts them into windows, learns from them
finetuning               its rounds of trial and error
experience, exploration  drives that try something
privileged, critic       judge what came of it
returns, ppo             learn from that
validation, checkpoint   keeps the best policy, remembers how far the run is
config, seeds            what a run is made of, and which worlds belong to it
"""
