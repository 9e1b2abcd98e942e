"""The released tables as files for everybody: what they hold, how they are written, where they are kept."""
