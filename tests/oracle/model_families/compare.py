"""How far two implementations' outputs are apart."""
import numpy as np

TOLERANCE = 1e-4


def relative(a, b):
    """max|a - b| / max|b| over finite values; infinite when shapes or the places of NaN and infinity differ."""
    if a.shape != b.shape:
        return float("inf")
    a, b = a.astype("float64"), b.astype("float64")
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True) or not np.isfinite(a[finite]).all():
        return float("inf")
    scale = max(1e-3, np.abs(b[finite]).max(initial=0))
    return float(np.abs(a[finite] - b[finite]).max(initial=0) / scale)


def detections(outputs):
    """[count, columns] with the score first, when the outputs are one picture's list of boxes; otherwise None.

    GluonCV's networks give classes, scores and boxes, perhaps masks; MultiBoxDetection gives rows (class, score, box).
    """
    if len(outputs) == 1 and outputs[0].ndim == 3 and outputs[0].shape[::2] == (1, 6):
        return outputs[0][0][:, [1, 0, 2, 3, 4, 5]]
    if len(outputs) < 3 or any(value.ndim != 3 or value.shape[:2] != outputs[0].shape[:2] for value in outputs[:3]):
        return None
    if outputs[0].shape[2] != 1 or outputs[1].shape[2] != 1 or outputs[0].shape[0] != 1:
        return None
    count = outputs[0].shape[1]
    return np.concatenate([outputs[1], outputs[0], *(v.reshape(1, count, -1) for v in outputs[2:] if v.shape[1] == count)], axis=2)[0]


def same_up_to_ties(a, b):
    """Rows sorted by score: each row of `a` finds its own in `b` among those of about the same score."""
    if not np.isfinite(a).all() or not np.isfinite(b).all():
        return float("inf")
    scale = np.maximum(1e-3, np.abs(b).max(axis=0))
    worst, taken = 0.0, np.zeros(len(b), bool)
    for row in a:
        near = np.flatnonzero(~taken & (np.abs(b[:, 0] - row[0]) <= 2 * TOLERANCE * scale[0]))
        if len(near) == 0:
            return float("inf")
        errors = (np.abs(b[near] - row) / scale).max(axis=1)
        best = int(np.argmin(errors))
        taken[near[best]] = True
        worst = max(worst, float(errors[best]))
    return worst


def boxes_only(outputs):
    """Of a list of boxes with masks: without the masks of rows that are no boxes, which come from no region."""
    if len(outputs) < 4 or detections(outputs) is None:
        return outputs
    absent = outputs[0][0, :, 0] < 0
    count = outputs[0].shape[1]
    clear = lambda value: np.where(absent.reshape(1, count, *(1,) * (value.ndim - 2)), 0, value)  # noqa: E731
    return [*outputs[:3], *(clear(v) if v.ndim > 2 and v.shape[1] == count else v for v in outputs[3:])]


def difference(a, b):
    a, b = boxes_only(a), boxes_only(b)
    direct = max(relative(x, y) for x, y in zip(a, b))
    if direct <= TOLERANCE or len(a) != len(b):
        return direct
    rows = detections(a), detections(b)
    if rows[0] is None or rows[1] is None or rows[0].shape != rows[1].shape:
        return direct
    return min(direct, same_up_to_ties(*rows))


def in_steps(a, b):
    """How outputs of 8 bits that have become floats differ, in words; empty when they are anything else."""
    count = total = 0
    for x, y in zip(a, b):
        levels = np.unique(y)
        if x.shape != y.shape or not 2 <= len(levels) <= 256:
            return ""
        apart = np.abs(x - y)
        if apart.max() > 1.01 * np.diff(levels).min():
            return ""
        count += int((apart > 0).sum())
        total += y.size
    return f"{count} of {total} values, by one step of 8 bits"
