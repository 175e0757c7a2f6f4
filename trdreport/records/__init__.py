"""From files to a registry: reading, rules, messages, format, schemas, history, new records."""
