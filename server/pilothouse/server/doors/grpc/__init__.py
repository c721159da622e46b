"""The gRPC door: one generic servicer for all typed services, the dynamic service, errors as rich status, reflection
and health. Requests and answers are bytes here: no object is decoded or encoded by the door unless JSON is asked for.
"""
