"""What the commands share: options, and texts for people at a terminal."""
