"""How modems differ, as data: the driver reads by it and the emulator plays it."""
