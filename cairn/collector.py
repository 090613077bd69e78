"""Python's garbage collector in processes that run for months: workers and the portal."""

import gc


def spare_the_collector() -> None:
    """Events, messages and pages hardly ever form cycles, and what is imported lives as long as the process: looking
    through all of it as often as Python does by default took a fifth of a launch's time, and a fifth of a second of
    one page in some hundred."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
