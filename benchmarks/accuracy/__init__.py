"""Two known tables of liquid networks: their data, the networks on them, and the training.

samples.py     what a task's data are made of, and how a batch of them is cut out
cheetah.py     the next observation of a simulated HalfCheetah
event_xor.py   the parity of a stream of bits, told as events
initial.py     initial values that spread over the times that a task knows
training.py    epochs, validation, the best weights; the row that a run gives
"""
