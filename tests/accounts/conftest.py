"""The addresses of the matrix, for a walk through all of them."""

from tests.test_matrix import addresses

__all__ = ["addresses"]
