"""An intrapreneurship accelerator: rules in the middle, tables around them, features as leaves."""

import os

# NumPy's threads fight over the cores of a busy server and cost more than they give: the ranking
# of 10,000 ideas took seventeen times the CPU with them. It must stand here, before NumPy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
