"""What runs in the booted system, in Debian's own Python with nothing but its standard library."""
