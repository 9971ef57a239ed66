"""What customers read of a modem's errors: one sentence for all that come to the same for them."""

from typing import Final

UNASSIGNED: Final = "The number is not assigned to anybody."
UNKNOWN_RECIPIENT: Final = "The network does not know the recipient."
RECIPIENT_BARRED: Final = "The recipient is barred from receiving short messages."
RECIPIENT_AWAY: Final = "The recipient's phone is out of service."
RECIPIENT_WITHOUT_SMS: Final = "The recipient's network takes no short messages."

SIM_BARRED: Final = "The network bars this SIM from sending."
SIM_WITHOUT_SMS: Final = "The SIM has no short message service."
NO_SERVICE: Final = "The SIM had no network service."
NO_SIM: Final = "There was no SIM in the modem."
SIM_LOCKED: Final = "The modem or its SIM was locked."
SIM_FAILED: Final = "The modem's SIM failed."
SIM_BUSY: Final = "The modem's SIM was busy."
MEMORY: Final = "The memory of the modem or its SIM failed or was full."

NETWORK_OUT: Final = "The network was out of order."
NETWORK_BUSY: Final = "The network was busy."
NETWORK_TIMEOUT: Final = "The network did not answer in time."
NETWORK_REFUSED: Final = "The network refused it."
CENTRE_REFUSED: Final = "The network's message centre refused it."
CENTRE_BUSY: Final = "The network's message centre was busy."
NO_CENTRE: Final = "The SIM does not know its network's message centre."

MODEM_FAILED: Final = "The modem could not send it."
MODEM_BUSY: Final = "The modem was not ready."
UNREADABLE: Final = "The modem or the network could not read what the gateway made of it."
