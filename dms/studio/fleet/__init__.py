"""All drives together: by driver and by week, under one pack and another."""
