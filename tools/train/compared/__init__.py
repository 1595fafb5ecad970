"""What networks are worth: exported, measured on people that nobody was trained on, and put into one table."""
