"""The line that a request takes, one file for each verb: authorize, decode, default, change, validate, store.

Both doors call these functions and nothing below them. A verb takes the Plane, the RequestContext and what the request
carries, and returns the object's protobuf as it is served, or raises an ApiError. How a request arrives and how an
answer travels is the doors' matter; what one kind needs beyond its schema is in `strategies/`.
"""
