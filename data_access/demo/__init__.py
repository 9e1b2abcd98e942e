"""The demonstration database: invented institutions, synthetic figures, published national sums.

`build.build` fills the institutions and every fact table. Everything is drawn from one seed: the same seed gives
the same rows. Names and registration numbers are invented; the municipalities are the real ones, because the
published sums are tied to them. Where the annual report 2024 prints a sum, the synthetic rows add up to it.
"""

from .build import NOTABLE, SEED, DemoError

__all__ = ["NOTABLE", "SEED", "DemoError"]
