"""What answers cost: on a rented or owned machine, or at a server that is paid by tokens."""

from __future__ import annotations

_SECONDS_PER_HOUR = 3600


def cost_of_tokens(n_read: float, n_written: float, prices_usd: tuple[float, float]) -> float:
    """Price tokens in US dollars; the prices are per million read and per million written."""
    return (n_read * prices_usd[0] + n_written * prices_usd[1]) / 1_000_000


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
