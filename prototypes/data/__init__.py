"""Reading and splitting what the user hands over."""
