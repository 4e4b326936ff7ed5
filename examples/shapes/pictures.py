"""Pictures of shapes on noisy backgrounds, and their annotations in the form of the PASCAL VOC challenge.

A picture is an array (height, width, 3) of uint8, red first. Its objects are circles, squares, triangles and stars of
any angle, size and colour, partly covered by each other at most; thin lines run across. Boxes are
(xmin, ymin, xmax, ymax): first and last pixel that an object covers by half or more, counted from 0. An object whose
colour is hard to tell from what is behind it is "difficult", which evaluation leaves out.
"""
import struct
import zlib

import numpy as np

NAMES = ["circle", "square", "triangle", "star"]
OVERSAMPLING = 3
DIFFICULT_CONTRAST = 60
LEVEL = 6


def smooth_noise(rng, height, width, cells, amplitude):
    """(height, width, 3): random colours at the corners of cells x cells patches, interpolated between them."""
    corners = rng.uniform(-amplitude, amplitude, (cells + 1, cells + 1, 3))
    def interpolate(values, size):
        at = np.linspace(0, cells, size)
        low = np.minimum(at.astype(int), cells - 1)
        share = (at - low).reshape((-1,) + (1,) * (values.ndim - 1))
        return values[low] * (1 - share) + values[low + 1] * share
    rows = interpolate(corners, height)
    return interpolate(rows.transpose(1, 0, 2), width).transpose(1, 0, 2)


def corners_of(name, angle):
    """Corners of a shape of radius 1 around the origin."""
    count = {"square": 4, "triangle": 3, "star": 10}[name]
    angles = angle + np.arange(count) * 2 * np.pi / count
    radii = np.where(np.arange(count) % 2, 0.42, 1.0) if name == "star" else np.ones(count)
    return np.stack([np.cos(angles) * radii, np.sin(angles) * radii], 1)


def coverage(name, angle, x, y, radius, height, width):
    """(height, width): how much of each pixel the shape covers, 0 .. 1."""
    axis = lambda size: (np.arange(size * OVERSAMPLING) + 0.5) / OVERSAMPLING
    px, py = np.meshgrid((axis(width) - x) / radius, (axis(height) - y) / radius)
    if name == "circle":
        inside = px * px + py * py < 1
    else:
        corners = corners_of(name, angle)
        inside = np.zeros(px.shape, bool)
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, 0)):  # crossings of a ray to the right
            if y0 != y1:
                crosses = (py < y0) != (py < y1)
                inside ^= crosses & (px < x0 + (py - y0) * (x1 - x0) / (y1 - y0))
    return inside.reshape(height, OVERSAMPLING, width, OVERSAMPLING).mean((1, 3))


def draw_line(rng, pixels):
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = rng.uniform(0, 1, 4) * (width, height, width, height)
    y, x = np.mgrid[0:height, 0:width] + 0.5
    length = max(1.0, np.hypot(x1 - x0, y1 - y0))
    along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length
    across = np.abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length
    pixels[(across < 0.8) & (along > 0) & (along < length)] = rng.uniform(0, 255, 3)


def overlap(a, b):
    """Area of the common part by the area of the smaller box."""
    w = min(a[2], b[2]) - max(a[0], b[0]) + 1
    h = min(a[3], b[3]) - max(a[1], b[1]) + 1
    smaller = min((c[2] - c[0] + 1) * (c[3] - c[1] + 1) for c in (a, b))
    return max(0, w) * max(0, h) / smaller


def draw(rng):
    """A picture and its objects: [(class, (xmin, ymin, xmax, ymax), difficult)]."""
    width, height = (int(size) for size in rng.randint(90, 151, 2))
    pixels = rng.uniform(30, 225, 3) + smooth_noise(rng, height, width, rng.randint(2, 7), rng.uniform(5, 45))
    for _ in range(rng.randint(0, 4)):
        draw_line(rng, pixels)
    objects = []
    for _ in range(rng.randint(2, 7)):
        kind = rng.randint(len(NAMES))
        radius = min(width, height) * rng.uniform(0.1, 0.33)
        x, y = rng.uniform(0.8 * radius, (width - 0.8 * radius, height - 0.8 * radius))
        covered = coverage(NAMES[kind], rng.uniform(0, 2 * np.pi), x, y, radius, height, width)
        ys, xs = np.nonzero(covered >= 0.5)
        box = (int(xs.min()), int(ys.min()), int(xs.max()), int(ys.max()))
        colour = rng.uniform(0, 255, 3)
        if any(overlap(box, other) > 0.15 for _, other, _ in objects):
            continue
        contrast = np.linalg.norm(colour - pixels[ys, xs].mean(0))
        pixels += (colour - pixels) * covered[..., None]
        objects.append((kind, box, bool(contrast < DIFFICULT_CONTRAST)))
    # Grain of 2 x 2 pixels and few levels, so that the files stay small.
    grain = rng.uniform(-1, 1, ((height + 1) // 2, (width + 1) // 2, 3)) * rng.uniform(2, 14)
    pixels += grain.repeat(2, 0).repeat(2, 1)[:height, :width]
    return np.clip(np.rint(pixels / LEVEL) * LEVEL, 0, 255).astype(np.uint8), objects


def write_png(path, pixels):
    """8 bits per channel, red first; each row filtered in whichever way leaves the smallest numbers."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    height, width = pixels.shape[:2]
    rows = pixels.reshape(height, -1)
    left = np.pad(rows, ((0, 0), (3, 0)))[:, :-3]
    up = np.pad(rows, ((1, 0), (0, 0)))[:-1]
    lines = []
    for y in range(height):
        filtered = [rows[y], rows[y] - left[y], rows[y] - up[y]]
        best = min(range(3), key=lambda kind: int(np.abs(filtered[kind].view(np.int8).astype(int)).sum()))
        lines.append(bytes([best]) + filtered[best].tobytes())
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(b"".join(lines), 9)) + chunk(b"IEND", b""))


def voc_annotation(file_name, pixels, objects):
    """The XML text; VOC counts pixels from 1."""
    height, width = pixels.shape[:2]
    text = (f"<annotation>\n  <filename>{file_name}</filename>\n"
            f"  <size><width>{width}</width><height>{height}</height><depth>3</depth></size>\n")
    for kind, box, difficult in objects:
        corners = "".join(f"<{name}>{value + 1}</{name}>" for name, value in zip(("xmin", "ymin", "xmax", "ymax"), box))
        text += (f"  <object>\n    <name>{NAMES[kind]}</name>\n    <difficult>{int(difficult)}</difficult>\n"
                 f"    <bndbox>{corners}</bndbox>\n  </object>\n")
    return text + "</annotation>\n"
