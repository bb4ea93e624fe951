"""Other people's files in and out: one module a format, listed in ``table``.

A reader turns a source into :mod:`records`, which say what it says and where it says
so; :mod:`assemble` makes ids, joins records up and returns an inventory with whatever
was not said left undeclared; :mod:`yamlfile` writes that for a person to complete.
"""
