"""SIM threads: each brings one modem up and sends the best message it may carry."""

from worker.sims.desk import Desk, Desks
from worker.sims.runner import SimRunner, SimStatus
from worker.sims.timings import SimTimings

__all__ = ["Desk", "Desks", "SimRunner", "SimStatus", "SimTimings"]
