#!/usr/bin/env python3
"""Write pictures of the digits that train.py keeps out of the training, one folder per class.

usage: make_validation_set.py [--output DIR] [--per-class N]

Needs what train.py needs. Writes DIR/CLASS/NNN.png (DIR: here "validation" by default): 32 x 32 gray, the first N test
pictures of each class, whether the network is right about them or not.
"""
import argparse
import pathlib

import train


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent / "validation")
    parser.add_argument("--per-class", type=int, default=15)
    args = parser.parse_args()
    _, images, _, classes = train.load_digits()
    for digit, name in enumerate(train.NAMES):
        folder = args.output / name
        folder.mkdir(parents=True, exist_ok=True)
        for i, image in enumerate(images[classes == digit][:args.per_class]):
            train.write_png(folder / f"{i:03}.png", image)


if __name__ == "__main__":
    main()
