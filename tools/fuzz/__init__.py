"""Bytes that nobody should have sent, for each reader of dms: what was refused, what was read, and what broke it."""
