"""A laboratory that builds small real systems on the user's data and measures them."""
