"""numpy's counter-based generator, compiled: random numbers without Python's lock."""

import numpy as np
from numba import njit

WORD = np.uint64
MULTIPLIERS = WORD(0xD2E7470EE14C6C93), WORD(0xCA5A826395121157)
KEY_STEPS = WORD(0x9E3779B97F4A7C15), WORD(0xBB67AE8584CAA73B)
HALF, LOW = WORD(32), WORD(0xFFFFFFFF)


@njit(nogil=True, cache=True)
def integers(seed, index, n, out):  # type: ignore[no-untyped-def]
    """Fill `out` as `Generator(Philox(key=[seed, index])).integers(n, size=len(out))` would.

    For n up to 2**32 that is Lemire's method: the upper half of a 32-bit word times n, unless the
    lower half is below 2**32 mod n (Lemire 2019).
    """
    span = WORD(n)
    reject = (WORD(1) << HALF) % span
    block = np.empty(4, np.uint64)
    counter, position = WORD(0), 8
    for i in range(out.shape[0]):
        while True:
            if position == 8:
                counter += WORD(1)
                _philox(counter, WORD(seed), WORD(index), block)
                position = 0
            word = block[position >> 1]
            product = (word >> HALF if position & 1 else word & LOW) * span
            position += 1
            if (product & LOW) >= reject:
                break
        out[i] = product >> HALF


@njit(nogil=True, cache=True)
def _philox(counter, key_0, key_1, block):  # type: ignore[no-untyped-def]
    """Philox-4x64-10 of one counter (Salmon et al. 2011)."""
    c_0, c_1, c_2, c_3 = counter, WORD(0), WORD(0), WORD(0)
    for _ in range(10):
        high_0, low_0 = _product(MULTIPLIERS[0], c_0)
        high_1, low_1 = _product(MULTIPLIERS[1], c_2)
        c_0, c_1, c_2, c_3 = high_1 ^ c_1 ^ key_0, low_1, high_0 ^ c_3 ^ key_1, low_0
        key_0 += KEY_STEPS[0]
        key_1 += KEY_STEPS[1]
    block[0], block[1], block[2], block[3] = c_0, c_1, c_2, c_3


@njit(nogil=True, cache=True)
def _product(a, b):  # type: ignore[no-untyped-def]
    """Upper and lower 64 bits of a product."""
    a_low, a_high, b_low, b_high = a & LOW, a >> HALF, b & LOW, b >> HALF
    low, left, right = a_low * b_low, a_high * b_low, a_low * b_high
    middle = (low >> HALF) + (left & LOW) + (right & LOW)
    high = a_high * b_high + (left >> HALF) + (right >> HALF) + (middle >> HALF)
    return high, a * b
