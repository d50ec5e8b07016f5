"""Zhike 知客: know your customers, decide, and see whether it worked."""

__version__ = "0.1.0"
