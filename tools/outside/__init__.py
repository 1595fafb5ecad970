"""The trial of decision 12: can standing, moving and turning be read from the picture of a driver's camera?

Nothing here runs in a vehicle. It is kept so that the figures of the decision can be had again, and so that a better idea, or
real drives with a known speed, can be tried on the same drives.
"""
