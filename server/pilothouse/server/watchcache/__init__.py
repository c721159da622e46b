"""The watch cache: one ordered feed from the store, kept as served bytes, with rings of past changes and cursors.

It answers lists and gets from memory and tells watchers what changed. It writes no object (but a mark, to see it come
back), and no writer touches it: the store's watch alone feeds it. How a stored value is decoded is handed in; who may
read what is decided elsewhere.
"""
