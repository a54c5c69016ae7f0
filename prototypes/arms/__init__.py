"""The register of arms, one module per task; naming an arm loads nothing."""
