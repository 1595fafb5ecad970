"""The Debian package in a real systemd: a small Debian is built and booted, the package is installed, tried and purged in it."""
