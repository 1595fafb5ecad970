"""The pages of the studio, each with what it asks for."""
