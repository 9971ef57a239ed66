"""The business of a prepaid SMS gateway: aggregates, events and values, without clock or I/O."""
