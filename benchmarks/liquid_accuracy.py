"""How well the cells learn two known tasks, beside the published numbers.

    python benchmarks/liquid_accuracy.py --task cheetah --data cheetah.npz [--json FILE]
    python benchmarks/liquid_accuracy.py --task event_xor [--json FILE]

Every cell learns from each of the seeds; mean and standard deviation over them are printed. A run
depends on its seed alone: the same command gives the same numbers on the same machine.
"""

import argparse
import statistics
from pathlib import Path

import torch
from accuracy import cheetah, event_xor
from accuracy.training import Row, Settings, run
from figures import keep

EPOCHS = {'cheetah': 60, 'event_xor': 8}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--task', choices=sorted(EPOCHS), required=True)
    add('--data', type=Path, help='cheetah.npz: an array traces, [25, 1000, 17]')
    add('--cells', nargs='+', help='which take part; all if not given')
    add('--seeds', type=int, nargs='+', default=[0, 1, 2])
    add('--epochs', type=int, help=f'{EPOCHS} if not given')
    add('--patience', type=int, default=20, help='epochs without a better one until a run ends')
    add('--units', type=int, help="as in the published table if not given; an LTC's are half")
    add('--length', type=int, default=32, help='of the sequences')
    add('--samples', type=int, default=100_000, help='event_xor: sequences to learn from')
    add('--first', type=int, default=3, help='event_xor: bits that the curriculum begins with')
    add('--json', type=Path, help='write the rows there')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.task == 'event_xor':
        task = event_xor.task(arguments.samples, arguments.length, arguments.first)
    elif arguments.data is None:
        parser.error('--task cheetah needs --data, the path of cheetah.npz')
    else:
        task = cheetah.task(arguments.data, arguments.length)
    unknown = set(arguments.cells or ()) - set(task.cells)
    if unknown:
        parser.error(f'--cells: {sorted(unknown)} not in {sorted(task.cells)}')
    settings = Settings(
        epochs=EPOCHS[task.name] if arguments.epochs is None else arguments.epochs,
        patience=arguments.patience,
        units=arguments.units or task.units,
    )
    rows = []
    print(f'{task.name}: {task.metric}, {len(arguments.seeds)} seeds')
    for name in arguments.cells or task.cells:
        of_cell = [run(task, name, seed, settings) for seed in arguments.seeds]
        print(line(of_cell), flush=True)
        rows += of_cell
        keep([row.as_dict() for row in rows], arguments.json)


def line(rows: list[Row]) -> str:
    """One line of the table: all seeds of a cell."""
    tests = [row.test for row in rows]
    published = '     -' if rows[0].published is None else f'{rows[0].published:6.2f}'
    return (
        f'{rows[0].cell:12s} {statistics.mean(tests):7.3f} +- {statistics.pstdev(tests):6.3f}'
        f'   published {published}   {rows[0].parameters:6d} parameters'
        f'   best epochs {",".join(str(row.best_epoch) for row in rows)}'
        f'   {sum(row.seconds for row in rows):5.0f} s'
        f'   [{" ".join(f"{test:.3f}" for test in tests)}]'
    )


if __name__ == '__main__':
    main()
