"""Modems that speak AT commands in PDU mode over a serial port (3GPP TS 27.005, 27.007)."""
