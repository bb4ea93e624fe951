"""The inventory: YAML files in, one checked bellrock.model.inventory out."""
