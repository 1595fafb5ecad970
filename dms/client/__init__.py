"""For other programs: subscribing to the bus, and sending vehicle states and driver inputs."""
