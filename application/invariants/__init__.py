"""What must hold whatever happened, as named checks over the log and the network's own record."""

from application.invariants.checker import InvariantChecker
from application.invariants.delivery import DeliveryChecker
from application.invariants.violation import Violation

__all__ = ["DeliveryChecker", "InvariantChecker", "Violation"]
