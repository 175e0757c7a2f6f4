"""Which percentages, means and standard deviations whole numbers can give."""

from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from math import ceil, floor


def digit(value: Decimal) -> Decimal:
    """One in the last printed place of a value: 0.01 for 12.34."""
    return Decimal(1).scaleb(int(value.as_tuple().exponent))


def possible_percent(percent: Decimal, n: int) -> bool:
    """Whether some whole number of `n` people gives `percent`, rounded or cut at its digits."""
    nearest = int(percent * n / 100)
    return any(
        (Decimal(100) * people / n).quantize(digit(percent), rounding) == percent
        for people in (nearest, nearest + 1)
        for rounding in (ROUND_HALF_UP, ROUND_DOWN)
    )


def possible_sums(mean: Decimal, n: int) -> Iterator[int]:
    """Whole sums of `n` whole scores whose mean prints as `mean`, rounded or cut (GRIM).

    Brown and Heathers 2017. Nothing can be said when n is large for the printed digits: then every
    mean is possible.
    """
    step = digit(mean)
    for total in range(floor((mean - step) * n), ceil((mean + step) * n) + 1):
        exact = Decimal(total) / n
        if any(exact.quantize(step, r) == mean for r in (ROUND_HALF_UP, ROUND_DOWN)):
            yield total


def possible_mean(mean: Decimal, n: int) -> bool:
    """Whether `n` whole scores can have this mean."""
    return any(True for _ in possible_sums(mean, n))


def possible_sd(mean: Decimal, sd: Decimal, n: int) -> bool:
    """Whether `n` whole scores can have this mean and this standard deviation (GRIMMER).

    The sum of squares of whole scores is whole, and odd exactly when their sum is odd (Anaya 2016,
    Allard 2018); it must lie where the printed digits put it. The mean itself must be possible.
    """
    if n < 2:
        return True
    step = digit(sd)
    low, high = max(Decimal(0), sd - step / 2), sd + step
    for total in possible_sums(mean, n):
        centre = Decimal(total * total) / n
        first = ceil(centre + low * low * (n - 1))
        last = floor(centre + high * high * (n - 1))
        for squares in range(first, min(last, first + 2) + 1):
            if squares % 2 == total % 2:
                return True
    return False
