"""What waits to be sent: one row for each open message, and whose turn it is.

Fairness needs a memory of who was served: ``dispatch_turns`` keeps, for each network, lane and
account, the log position of its last AttemptStarted. The account that was served longest ago
comes first, so one message never waits behind somebody else's ten thousand.
"""

from projections.dispatch import ahead, overdue, waiting

__all__ = ["ahead", "overdue", "waiting"]
