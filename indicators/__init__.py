"""Pure functions on counts: definitions of indicators, levels, trends and the sentences about them.

Importing this package computes nothing and needs only the standard library; numpy, pandas and scipy are
loaded by the functions that calculate.
"""
