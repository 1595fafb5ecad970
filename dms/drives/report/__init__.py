"""A drive as one HTML file to look at: what was seen, what the rules made of it, and how that compares to the labels."""
