"""Sentences, tables and charts that several reports make of their facts, by rules."""
