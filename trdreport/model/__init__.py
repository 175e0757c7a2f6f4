"""What a registry may hold: the models of its records, field by field."""
