"""What becomes of a result without a study, with noise, or under other choices."""
