"""Pages of single things: one an analysis, one a study."""
