"""Figures of the report before they are drawn, each with what it shows in words."""
