"""The fine-tuned arms."""
