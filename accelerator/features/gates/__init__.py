"""Gates: decide about one idea or many, look before, announce, undo."""
