"""Videos taken as drives: what perception sees in them, kept beside them."""
