"""How the C library's allocator is to treat this process."""

import ctypes

# From glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3

KEPT_BYTES = 32 << 20
LARGEST_BYTES = 32 << 20


def keep_freed_memory() -> None:
    """Keeps memory that was freed at hand, up to KEPT_BYTES, and takes blocks up to LARGEST_BYTES from it.

    The pages of a list are megabytes each and live for milliseconds. Left to itself glibc gives them back to the system
    every time, which then clears them again for the next: a third of what a list costs. Other C libraries are left as
    they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(_MMAP_THRESHOLD, LARGEST_BYTES)
