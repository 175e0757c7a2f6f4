"""Methods of coordinate-based meta-analysis; the door to NiMARE."""
