"""Reading YAML so that every problem can be shown with its file and line."""
