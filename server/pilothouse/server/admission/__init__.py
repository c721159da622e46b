"""Admission: policies that change or refuse a request once it is authorized and decoded, before it is stored.

One ordered chain of plugins, one file per plugin in `plugins/`. What a plugin must read, it is handed as `Objects`. Who
may do what is decided in `authorization/`, what a well-formed object is in `schema/` and `strategies/`.
"""
