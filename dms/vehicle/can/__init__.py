"""Vehicle data from a CAN bus or from a log of one, taken apart by a DBC file. Needs the extra `dms[can]`."""
