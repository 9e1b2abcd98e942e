"""Pure, vectorised statistics: intervals, funnels, empirical Bayes, trends, charts and projections.

Nothing in this package reads files, knows about schools or imports a web or database library.
NumPy is imported at the top of the modules; SciPy only inside the functions that need it.
"""
