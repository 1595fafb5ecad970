"""The drive file in one place: its format, writer, reader, pictures, parts and folder."""
