"""Points as maps: drawing them as bumps to be learned, and reading them back."""
