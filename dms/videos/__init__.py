"""Videos as drives: what perception sees in them is kept beside them."""
