"""The plugins that come with the server, in the order of a kube-apiserver's chain, and which of them are on by default."""
