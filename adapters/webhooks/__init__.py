"""Posts to the addresses that customers name, and to none that is ours."""
