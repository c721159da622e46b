"""What an object's shape says about it: presence, defaults and validation, read from the options of the .proto files
and compiled once per message class.

Nothing about one kind lives here (that is in `strategies/`), and nothing about stores or requests. The schemas of
custom resources are in `structural/`.
"""
