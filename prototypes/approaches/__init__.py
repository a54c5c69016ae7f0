"""The arms: one file per approach."""
