"""Shared validation of inputs: one wording of the reason for every impossible value."""

from __future__ import annotations

from statistics import NormalDist

from indicators.later import later

np = later("numpy")

Array = "np.ndarray"


def real(name: str, values: object, *, missing: bool = False) -> Array:
    """Return `values` as a float array of any shape.

    `missing=True` lets NaN through as "no value". Raises ValueError for text, infinite values and,
    unless `missing`, for NaN.
    """
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers: {error}") from error
    if np.isinf(array).any():
        raise ValueError(f"{name} must be finite")
    if not missing and np.isnan(array).any():
        raise ValueError(f"{name} must not contain NaN")
    return array


def non_negative(name: str, values: object, *, missing: bool = False) -> Array:
    """Return `values` as a float array; ValueError when one of them is negative."""
    array = real(name, values, missing=missing)
    if (array < 0).any():
        raise ValueError(f"{name} must not be negative")
    return array


def together(**named: Array) -> list[Array]:
    """Broadcast arrays to one shape; ValueError naming the shapes when they do not fit."""
    try:
        return [np.array(array) for array in np.broadcast_arrays(*named.values())]
    except ValueError as error:
        shapes = ", ".join(f"{name} {np.shape(array)}" for name, array in named.items())
        raise ValueError(f"shapes do not fit together: {shapes}") from error


def events(x: object, n: object, *, missing: bool = False) -> tuple[Array, Array]:
    """Return (x, n) of one shape with 0 <= x <= n; ValueError with the reason otherwise.

    Counts need not be whole numbers (weighted counts are published too). With `missing=True` a NaN in
    either makes both NaN.
    """
    x_array, n_array = together(
        x=non_negative("x", x, missing=missing), n=non_negative("n", n, missing=missing)
    )
    if missing:
        hole = np.isnan(x_array) | np.isnan(n_array)
        x_array[hole] = np.nan
        n_array[hole] = np.nan
    if (x_array > n_array).any():
        raise ValueError("x must not be larger than n")
    return x_array, n_array


def fraction(name: str, value: float, *, zero: bool = False) -> float:
    """Return `value` as a float strictly between 0 and 1 (0 itself allowed when `zero`)."""
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be one number") from error
    if zero and number == 0:
        return number
    if not 0 < number < 1:
        raise ValueError(f"{name} must lie between 0 and 1, got {value!r}")
    return number


def choice(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """Return `value` when it is one of `allowed`; ValueError naming them otherwise."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}")
    return value


def two_sided_z(level: float) -> float:
    """Return the standard normal quantile that leaves (1 - level) / 2 in each tail."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def two_sided_p(z: Array) -> Array:
    """Return the two-sided normal p value of z (NaN stays NaN)."""
    from scipy.special import ndtr

    return 2 * ndtr(-np.abs(z))
