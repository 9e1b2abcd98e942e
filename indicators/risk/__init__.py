"""The twelve risk indicators: one file each. A new file is found by the catalogue, nothing else is edited."""
