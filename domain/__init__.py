"""Vekha's domain: facts, rules and rights. Speaks no human language and never reads the clock."""
