"""SIM threads: each brings one modem up and sends the best message it may carry."""

from worker.sims.runner import SimRunner, SimStatus

__all__ = ["SimRunner", "SimStatus"]
