"""What is kept about people, in all places at once: finding it, handing it over, erasing it."""
