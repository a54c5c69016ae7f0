"""A measured arm as a small project of its own, which needs neither Advisor nor the laboratory."""
