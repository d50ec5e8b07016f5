"""Fitted things: what customers will do, each with its interval and its measured error."""

__all__: list[str] = []
