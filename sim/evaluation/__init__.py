"""Evaluation: policies and planners in many worlds, and pictures of their runs."""
