"""How pieces of work are done and kept: result store, workers, schedulers."""
