"""Writes examples/consumer/digit_*.pgm: the pictures of examples/digits in the model's size, for programs that read no PNG.

usage: make_digit_pgms.py        (needs OpenCV)
"""
import pathlib

import cv2

root = pathlib.Path(__file__).resolve().parents[2]
for picture in sorted((root / "examples/digits").glob("digit_*.png")):
    pixels = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)
    pixels = cv2.resize(pixels, (32, 32), interpolation=cv2.INTER_LINEAR)
    target = root / "examples/consumer" / (picture.stem + ".pgm")
    target.write_bytes(b"P5\n32 32\n255\n" + pixels.tobytes())
