"""What the commands share: options, and text for people at a terminal."""
