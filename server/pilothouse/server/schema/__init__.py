"""What an object's shape says about it: presence, defaults and validation, read from the options of the .proto files
and compiled once per message class.

Nothing about one kind lives here (that is in `strategies/`), nothing about stores or requests, and no schema of a
custom resource.
"""
