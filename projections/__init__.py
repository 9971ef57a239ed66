"""Read models: folded from the event log, disposable, rebuilt to the same rows."""
