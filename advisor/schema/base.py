"""What all schemas share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: it cannot be changed, and a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
