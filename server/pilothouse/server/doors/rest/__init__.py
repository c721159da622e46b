"""The REST door: the Kubernetes API over HTTP/1.1 and TLS, as kubectl and every Kubernetes client speak it.

Paths, queries and bodies become calls of the verbs; what these return becomes JSON, YAML or Kubernetes' protobuf. Who
asks is settled here, what he may do there. No rule of a kind and no read of the store lives here.
"""
