"""Storage: PersistentVolumes and claims to them, classes of both, and the drivers that provide them."""
