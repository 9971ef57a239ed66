"""SIM threads: each brings one modem up and sends the best message it may carry."""

from worker.sims.crew import Crew
from worker.sims.runner import SimRunner, SimStatus

__all__ = ["Crew", "SimRunner", "SimStatus"]
