"""What pages are built of. Data in, HTML or figure out; no database, no rights."""
