"""Who the caller is: certificates and tokens to a User, the TLS material of the ports, and the development PKI.

What a user may do is not decided here (see `authorization/`), and nothing here reads the store.
"""
