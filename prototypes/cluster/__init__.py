"""Ray shares the work of a trial: what is sent out, what comes back, and where it is kept."""
