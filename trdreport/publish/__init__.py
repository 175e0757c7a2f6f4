"""From results to a site: build, render, PDF, package, serve."""
