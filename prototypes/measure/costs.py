"""What answers cost on a rented or owned machine."""

from __future__ import annotations

_SECONDS_PER_HOUR = 3600


def cost_per_1000_answers(
    seconds_per_answer: float, machine_hour_usd: float | None
) -> float | None:
    """Price a thousand answers in US dollars; None if the machine has no price.

    The machine is taken to be busy all the time, so this is the floor: at a tenth of full use
    an answer costs ten times as much.

    Args:
        seconds_per_answer: Measured in batches, as a busy machine would work.
        machine_hour_usd: What the machine costs per hour.
    """
    if machine_hour_usd is None:
        return None
    return 1000 * seconds_per_answer / _SECONDS_PER_HOUR * machine_hour_usd
