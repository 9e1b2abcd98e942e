"""Random streams and controlled rounding: draw freely, then meet a published total exactly."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for every part, so that a change in one part leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def expit(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def logit(p: np.ndarray | float) -> np.ndarray:
    return np.log(p) - np.log1p(-np.asarray(p))


def round_to_total(values: np.ndarray, total: int, lower=0, upper=None) -> np.ndarray:
    """Largest-remainder rounding of `values`, scaled to `total`, within bounds where they are given.

    >>> round_to_total(np.array([1.0, 1.0, 1.0]), 10)
    array([4, 3, 3])
    """
    values = np.asarray(values, dtype=float)
    lower = np.broadcast_to(np.asarray(lower), values.shape)
    upper = np.broadcast_to(np.asarray(total if upper is None else upper), values.shape)
    if lower.sum() > total or upper.sum() < total:
        raise ValueError(f"total {total} lies outside the bounds {lower.sum()}..{upper.sum()}")
    # Weights that are next to nothing carry no proportions: dividing by them overflows.
    scale = total / values.sum() if values.sum() > total * 1e-200 else 0.0
    for _ in range(200):  # scale so that the clipped values add up
        clipped = np.clip(values * scale, lower, upper)
        if abs(clipped.sum() - total) < 0.5:
            break
        free = (clipped > lower) & (clipped < upper)
        scale *= 1 + (total - clipped.sum()) / max(clipped[free].sum(), 1.0)
    counts = np.clip(np.floor(clipped), lower, upper).astype(np.int64)
    order = np.argsort(-(clipped - np.floor(clipped)), kind="stable")
    while (gap := total - counts.sum()) != 0:
        step = 1 if gap > 0 else -1
        room = order[(counts < upper)[order]] if gap > 0 else order[(counts > lower)[order]][::-1]
        counts[room[: abs(gap)]] += step
    return counts


def settle(
    rng: np.random.Generator, counts: np.ndarray, total: int, weights: np.ndarray, lower=0, upper=None
) -> np.ndarray:
    """Move `counts` by random single steps, likelier where `weights` are larger, until they add up to `total`."""
    shape = counts.shape
    counts = counts.ravel().astype(np.int64)
    weights = np.broadcast_to(weights, shape).ravel().astype(float)
    lower = np.broadcast_to(np.asarray(lower), shape).ravel()
    upper = np.broadcast_to(np.asarray(total if upper is None else upper), shape).ravel()
    counts = np.clip(counts, lower, upper)
    while (gap := int(total - counts.sum())) != 0:
        room = upper - counts if gap > 0 else counts - lower
        if room.sum() < abs(gap):
            raise ValueError(f"total {total} cannot be met within the bounds")
        chance = np.where(room > 0, np.maximum(weights if gap > 0 else counts * 1.0, 1e-9), 0.0)
        step = rng.multinomial(abs(gap), chance / chance.sum())
        counts += np.sign(gap) * np.minimum(step, room)
    return counts.reshape(shape)


def shift(n: np.ndarray, x: np.ndarray, total: float) -> float:
    """The constant c for which sum(n * expit(x + c)) = total."""
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        if (n * expit(x + middle)).sum() < total:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def binomial_total(
    rng: np.random.Generator, n: np.ndarray, x: np.ndarray, total: int, lower=0, upper=None
) -> np.ndarray:
    """Counts out of n with log-odds x + c, drawn at random and then settled on `total` exactly."""
    p = expit(x + shift(n, x, total))
    drawn = rng.binomial(n, p)
    return settle(rng, drawn, total, n * p, lower, n if upper is None else upper)


def binomial_mean(rng: np.random.Generator, n: np.ndarray, x: np.ndarray, mean: float) -> np.ndarray:
    """Counts out of n with log-odds x + c, where c makes the expected overall share equal to `mean`."""
    n = np.asarray(n)
    if n.sum() == 0:
        return np.zeros(n.shape, dtype=np.int64)
    return rng.binomial(n, expit(x + shift(n, x, mean * n.sum())))


def standard(x: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
    """x to mean 0 and standard deviation 1 over `where`."""
    part = x if where is None else x[where]
    return (x - part.mean()) / max(part.std(), 1e-12)
