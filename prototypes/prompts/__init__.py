"""The prompts that language models are given, as plain text files beside this one."""
