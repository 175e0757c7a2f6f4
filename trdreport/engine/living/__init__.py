"""Results through time: what each look gave, and what further studies could make of them."""
