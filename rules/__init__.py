"""The rule base: YAML files and nothing else; `advisor.knowledge.loader` reads them."""
