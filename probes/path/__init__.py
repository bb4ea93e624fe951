"""The ways packets take to a target: every branch, and what fits through each."""
