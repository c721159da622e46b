"""CEL expressions as Kubernetes has them: environments, compiling with Kubernetes' errors, cost, evaluation, and
Kubernetes' library of functions. `rules.py` has what custom resources say with x-kubernetes-validations.

The language itself is cel-expr-python, which is loaded when the first expression is. No request and no object of the
API is known here: whoever asks hands over plain JSON values and what their types are called.
"""
