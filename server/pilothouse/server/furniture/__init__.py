"""What a server lays down for itself and keeps as it should be: the objects that clients of Kubernetes expect to find.

`laying.py` creates and mends, a file for each kind of furniture says what there is to be, `keeper.py` looks after it
while the server runs. What follows from objects that others write is for the controllers.
"""

from .defaults import lay_down
from .keeper import Furniture

__all__ = ["Furniture", "lay_down"]
