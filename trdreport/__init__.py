"""A living coordinate-based meta-analysis: study records in, published report out."""

__version__ = "0.1.0"
