"""The truth: event recorders with contents, credentials, numbers and leases beside them."""
