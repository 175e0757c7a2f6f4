"""What the report says, part by part: views, tables, figures."""
