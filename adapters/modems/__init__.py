"""The list of modem drivers; each is one folder that implements ``application.ports.ModemDriver``."""
