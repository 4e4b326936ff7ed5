"""What OpenCV makes of small pictures: resizing and colors, for the engine's pre-processing.

    python -m venv .venv && .venv/bin/pip install opencv-python-headless==4.10.0.84
    .venv/bin/python tests/oracle/make_picture_cases.py tests/data/pictures

Writes opencv.npz. Names of results: STEP.HEIGHTxWIDTH.SOURCE.
"""
import pathlib
import sys

import cv2
import numpy as np


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.RandomState(7)
    arrays = {
        "bgr": rng.randint(0, 256, (13, 19, 3), dtype=np.uint8),
        "gray": rng.randint(0, 256, (9, 21), dtype=np.uint8),
        "floats": (rng.rand(11, 7, 3) * 255).astype(np.float32),
        # Both ends of every plane's range, where values are cut off.
        "nv12": np.concatenate([rng.randint(0, 256, (8, 12)), rng.choice([0, 16, 90, 128, 170, 240, 255], (4, 12))]).astype(
            np.uint8),
    }
    ways = {"linear": cv2.INTER_LINEAR, "nearest": cv2.INTER_NEAREST}
    for source, sizes in {"bgr": [(7, 9), (26, 33), (13, 5)], "gray": [(4, 10), (17, 43)], "floats": [(5, 9), (20, 3)]}.items():
        for height, width in sizes:
            for way, flag in ways.items():
                arrays[f"{way}.{height}x{width}.{source}"] = cv2.resize(arrays[source], (width, height),
                                                                        interpolation=flag)
    arrays["bgr_of.8x12.nv12"] = cv2.cvtColor(arrays["nv12"], cv2.COLOR_YUV2BGR_NV12)
    arrays["gray_of.13x19.bgr"] = cv2.cvtColor(arrays["bgr"], cv2.COLOR_BGR2GRAY)
    arrays["gray_of.11x7.floats"] = cv2.cvtColor(arrays["floats"], cv2.COLOR_BGR2GRAY)
    arrays["opencv"] = np.array([int(part) for part in cv2.__version__.split(".")[:3]], dtype=np.int32)
    np.savez_compressed(folder / "opencv.npz", **arrays)


if __name__ == "__main__":
    main()
